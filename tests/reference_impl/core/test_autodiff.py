"""Gradients and tangents of one order: arguments, results, errors."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

import reference_impl as ri


class Pair(NamedTuple):
    first: Any
    second: Any


@dataclass(frozen=True)
class Line:
    slope: Any
    offset: Any
    name: str = field(default="line", metadata={"static": True})


def weighted(parts):
    """A sum of squares, each with a weight of its own."""
    leaves = ri.tree.flatten(parts)[0]
    return sum((i + 1) * ri.sum(x * x) for i, x in enumerate(leaves))


TREES = {
    "dict": {"b": 3.0, "a": 4.0},
    "list": [3.0, 4.0],
    "tuple": (3.0, 4.0),
    "named tuple": Pair(3.0, 4.0),
    "dataclass": Line(3.0, 4.0, "static"),
    "nested": {"lines": [Line(3.0, None), Pair(None, 4.0)]},
}


@pytest.mark.parametrize("argument", TREES.values(), ids=TREES)
def test_a_gradient_is_a_tree_like_its_argument(argument):
    gradient = ri.grad(weighted)(ri.tree.map(ri.tensor, argument))

    assert ri.tree.names(gradient) == ri.tree.names(argument)
    assert type(gradient) is type(argument)
    leaves, structure = ri.tree.flatten(gradient)
    assert structure == ri.tree.flatten(argument)[1]
    assert [leaf.item() for leaf in leaves] == [6.0, 16.0]


@pytest.mark.parametrize("argument", TREES.values(), ids=TREES)
def test_a_tangent_is_a_tree_like_its_value(argument):
    primal = ri.tree.map(ri.tensor, argument)
    ones = ri.tree.map(ri.ones_like, primal)

    value, t = ri.jvp(
        lambda x: ri.tree.map(lambda leaf: leaf * leaf, x), [primal], [ones]
    )

    assert [leaf.item() for leaf in ri.tree.flatten(value)[0]] == [9.0, 16.0]
    assert [leaf.item() for leaf in ri.tree.flatten(t)[0]] == [6.0, 8.0]
    assert type(t) is type(argument)


def product(x, y, z=1.0):
    return ri.sum(x * y * y * z)


@pytest.mark.parametrize(
    ("argnums", "needed"),
    [(0, 9.0), (-1, 12.0), ((0,), (9.0,)), ((1, -2), (12.0, 9.0))],
)
def test_argnums_choose_arguments_and_their_order(argnums, needed):
    gradient = ri.grad(product, argnums)(ri.tensor(2.0), ri.tensor(3.0))

    assert ri.tree.map(lambda x: x.item(), gradient) == needed


def test_an_argument_chosen_twice_has_two_gradients():
    assert len(ri.grad(product, (0, 0))(1.0, 2.0)) == 2


def test_keywords_are_passed_on():
    assert (
        ri.grad(product)(ri.tensor(2.0), ri.tensor(3.0), z=ri.tensor(5.0)).item() == 45
    )


def test_value_and_grad_gives_both():
    value, gradient = ri.value_and_grad(product)(ri.tensor(2.0), ri.tensor(3.0))

    assert (value.item(), gradient.item()) == (18.0, 9.0)


def test_numpy_arrays_and_python_floats_are_arguments_too():
    assert ri.grad(product)(2.0, np.float32(3)).item() == 9


def test_a_variable_used_twice_gets_the_sum_of_both_ways():
    gradient = ri.grad(lambda x: ri.sum(ri.exp(x) + x * x + x))

    x = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(gradient(ri.tensor(x)), np.exp(x) + 2 * x + 1)


def test_the_gradient_of_an_argument_that_is_not_used_is_zero():
    unused = ri.ones((2, 3), dtype="float64")

    gradient = ri.grad(lambda x, y: ri.sum(y))(unused, ri.tensor(1.0))

    assert gradient.dtype == ri.float64
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


def test_the_tangent_of_a_result_that_depends_on_nothing_is_zero():
    x = ri.ones((2, 3))

    _, t = ri.jvp(lambda x: (ri.ones(4), 2.0, x > 0), (x,), (x,))

    assert [leaf.shape for leaf in t] == [(4,), (), (2, 3)]
    assert not any(leaf.numpy().any() for leaf in t)


def test_jvp_gives_the_derivative_along_the_tangent():
    x, t = np.array([0.5, 2.0]), np.array([3.0, -1.0])

    value, moved = ri.jvp(lambda x: (ri.exp(x), x), (ri.tensor(x),), (ri.tensor(t),))

    np.testing.assert_allclose(value[0], np.exp(x))
    np.testing.assert_allclose(moved[0], np.exp(x) * t)
    np.testing.assert_array_equal(moved[1], t)


def test_python_may_branch_and_loop_on_values():
    def power(x, n):
        return x if n == 1 else x * power(x, n - 1)

    def chosen(x):
        return power(x, 3) if x > 0 else -x

    assert ri.grad(chosen)(ri.tensor(2.0)).item() == 12
    assert ri.grad(chosen)(ri.tensor(-2.0)).item() == -1
