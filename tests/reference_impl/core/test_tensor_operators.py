"""Operators and methods of a tensor against those of a NumPy array."""

import numpy as np
import pytest

import reference_impl as ri

NUMBERS = np.array([[1.5, -2.0, 0.5], [3.0, 0.25, 4.0]], np.float32)

INFIX = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
}

each_operator = pytest.mark.parametrize("operator", INFIX.values(), ids=INFIX)


@pytest.fixture
def x():
    return ri.tensor(NUMBERS)


@each_operator
def test_an_infix_operator_is_that_of_numpy(operator, x):
    other = NUMBERS[:, ::-1].copy()
    needed = operator(NUMBERS, other)

    np.testing.assert_array_equal(operator(x, ri.tensor(other)), needed)
    np.testing.assert_array_equal(operator(x, other), needed)
    np.testing.assert_array_equal(operator(x, 0.5), operator(NUMBERS, 0.5))


@each_operator
@pytest.mark.parametrize("left", [2.0, np.float32(2), NUMBERS[:, ::-1]], ids=type)
def test_what_stands_on_the_left_leaves_the_operator_to_the_tensor(operator, left, x):
    came = operator(left, x)

    assert isinstance(came, ri.Tensor)
    np.testing.assert_array_equal(came.numpy(), operator(left, NUMBERS))


def test_the_matrix_product_is_that_of_numpy(x):
    np.testing.assert_allclose(x @ x.T, NUMBERS @ NUMBERS.T)
    np.testing.assert_allclose(x @ NUMBERS.T, NUMBERS @ NUMBERS.T)
    np.testing.assert_allclose(NUMBERS @ x.T, NUMBERS @ NUMBERS.T)


def test_methods_are_the_functions_of_their_name(x):
    np.testing.assert_array_equal(-x, -NUMBERS)
    np.testing.assert_array_equal(x.T, NUMBERS.T)
    np.testing.assert_array_equal(x.reshape(3, -1), NUMBERS.reshape(3, -1))
    np.testing.assert_array_equal(x.astype("int32"), NUMBERS.astype("int32"))
    np.testing.assert_allclose(x.sum(axis=0, keepdims=True), NUMBERS.sum(0)[None])
    np.testing.assert_allclose(x.mean(axis=1), NUMBERS.mean(1))
