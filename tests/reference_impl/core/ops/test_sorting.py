import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, RangeError, ShapeError

X = np.random.default_rng(0).permutation(24).reshape(2, 3, 4).astype(float)

each_direction = pytest.mark.parametrize("descending", [False, True])


@each_direction
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sorted_elements_are_those_of_numpy(axis, descending):
    x = ri.tensor(X)
    needed = np.sort(X, axis=axis)

    came = ri.sort(x, axis=axis, descending=descending)

    np.testing.assert_array_equal(came, np.flip(needed, axis) if descending else needed)
    order = ri.argsort(x, axis=axis, descending=descending)
    np.testing.assert_array_equal(np.take_along_axis(X, order.numpy(), axis), came)


@each_direction
@pytest.mark.parametrize("dtype", ["bool", "int8", "float16", "bfloat16"])
def test_equal_elements_keep_their_order(dtype, descending):
    x = ri.tensor([1, 0, 1, 0, 1], dtype=dtype)

    came = ri.argsort(x, descending=descending)

    assert came.tolist() == ([0, 2, 4, 1, 3] if descending else [1, 3, 0, 2, 4])


@each_direction
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_what_is_not_a_number_counts_as_the_largest(dtype, descending):
    x = ri.tensor([math.nan, math.inf, -math.inf, 0.0], dtype=dtype)

    came = ri.argsort(x, descending=descending).tolist()

    assert came == ([0, 1, 3, 2] if descending else [2, 3, 1, 0])


@pytest.mark.parametrize("name", ["argsort", "sort"])
def test_complex_numbers_have_no_order(name):
    with pytest.raises(DtypeError, match=rf"^{name}: .*complex64 came"):
        getattr(ri, name)(ri.tensor([1j]))


@pytest.mark.parametrize("name", ["argsort", "sort"])
@pytest.mark.parametrize("x", [1.0, X])
def test_an_axis_that_is_not_there_is_refused(name, x):
    with pytest.raises(ShapeError, match=rf"^{name}: axis 3 is out of range"):
        getattr(ri, name)(ri.tensor(x), axis=3)


@each_direction
def test_a_cotangent_goes_to_where_its_element_came_from(descending):
    weights = np.arange(4.0)

    came = ri.grad(
        lambda x: ri.sum(ri.sort(x, axis=1, descending=descending) * weights)
    )(ri.tensor(X[0]))

    order = np.argsort(-X[0] if descending else X[0], axis=1)
    needed = np.empty_like(X[0])
    np.put_along_axis(needed, order, np.broadcast_to(weights, (3, 4)), axis=1)
    np.testing.assert_array_equal(came, needed)


@pytest.mark.parametrize("k", [0, 1, 3])
@pytest.mark.parametrize("axis", [1, -1])
def test_the_largest_elements_come_first(axis, k):
    values, indices = ri.topk(ri.tensor(X), k, axis=axis)

    needed = np.flip(np.sort(X, axis=axis), axis).take(range(k), axis)
    np.testing.assert_array_equal(values, needed)
    np.testing.assert_array_equal(np.take_along_axis(X, indices.numpy(), axis), needed)


def test_of_equal_elements_the_first_are_taken():
    values, indices = ri.topk(ri.tensor([1.0, 2.0, 1.0, 2.0, 1.0]), 3)

    assert (values.tolist(), indices.tolist()) == ([2, 2, 1], [1, 3, 0])


def test_only_the_largest_elements_have_a_derivative():
    came = ri.grad(lambda x: ri.sum(ri.topk(x, 2)[0]))(ri.tensor([3.0, 1.0, 4.0, 1.0]))

    assert came.tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize("k", [-1, 5])
def test_there_must_be_as_many_elements_as_are_asked_for(k):
    with pytest.raises(RangeError, match=rf"^topk: .* axis 2, 4; {k} came"):
        ri.topk(ri.tensor(X), k)


def test_a_symbol_can_be_sorted():
    x = ri.tensor(X)

    values, indices = ri.compile(lambda x: ri.topk(x, 2, axis=0))(x)

    np.testing.assert_array_equal(values, np.flip(np.sort(X, axis=0), 0))
    assert indices.shape == X.shape
