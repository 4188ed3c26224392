"""What one loop over elements can compute."""

import pytest

import reference_impl as ri
from reference_impl.core.pointwise import (
    extents,
    is_pointwise,
    is_reduction,
    reduced_places,
)


def node_of(function, *shapes, dtype=ri.float32):
    graph = ri.capture(function, *(ri.zeros(s, dtype=dtype) for s in shapes))
    return graph.nodes()[-1]


@pytest.mark.parametrize(
    "function",
    [ri.exp, ri.negative, lambda x: x.astype("float64"), lambda x: x + x],
)
def test_ops_on_single_elements_are_pointwise(function):
    node = node_of(function, (4, 6))

    assert is_pointwise(node)
    assert not is_reduction(node)


@pytest.mark.parametrize("function", [ri.sum, ri.max, ri.prod])
def test_what_a_loop_accumulates_is_a_reduction(function):
    node = node_of(function, (4, 6))

    assert is_reduction(node)
    assert not is_pointwise(node)


@pytest.mark.parametrize(
    "function", [lambda x: x @ x, lambda x: ri.sort(x, axis=0), lambda x: x.T]
)
def test_what_needs_other_elements_is_neither(function):
    node = node_of(function, (4, 4))

    assert not is_pointwise(node)
    assert not is_reduction(node)


def test_complex_numbers_and_powers_of_integers_are_left_to_libraries():
    assert not is_pointwise(node_of(ri.exp, (3,), dtype=ri.complex128))
    assert not is_pointwise(node_of(ri.pow, (3,), (3,), dtype=ri.int64))
    assert is_pointwise(node_of(ri.pow, (3,), (3,)))


def test_extents_leave_out_axes_of_size_one():
    assert extents((1, 4, 1, 6)) == extents((4, 6, 1)) == (4, 6)
    assert extents((1, 1)) == ()


def test_reduced_places_count_extents():
    node = node_of(lambda x: ri.sum(x, axis=(1, 3)), (2, 1, 3, 4))

    assert reduced_places(node) == (2,)
