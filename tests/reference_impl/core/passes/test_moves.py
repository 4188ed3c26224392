import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passes_checks import assert_same_bits, captured, ops

import reference_impl as ri
from reference_impl.core.passes.simplify import simplify

SHAPE = (5, 4)


def indices(size):
    """A position, or a slice in either direction that takes something."""
    bounds = st.integers(0, size - 1)
    steps = st.sampled_from([-2, -1, 1, 2])
    slices = st.builds(
        lambda a, b, step: (
            slice(min(a, b), max(a, b) + 1, step)
            if step > 0
            else slice(max(a, b), min(a, b) - 1 if min(a, b) else None, step)
        ),
        *(bounds, bounds, steps),
    )
    return st.one_of(bounds, slices)


@st.composite
def two_indices(draw):
    first = tuple(draw(indices(size)) for size in SHAPE)
    then = tuple(draw(indices(size)) for size in np.empty(SHAPE)[first].shape)
    return first, then


@given(two_indices())
@settings(max_examples=100, deadline=None)
def test_of_two_slices_one_remains(pair):
    first, then = pair
    graph = captured(lambda x: x[first][then], SHAPE)
    after = simplify(graph)

    assert ops(after).get("slice", 0) <= 1
    assert_same_bits(graph, after)


@given(st.permutations(range(3)), st.permutations(range(3)))
@settings(max_examples=30, deadline=None)
def test_of_two_orders_of_axes_at_most_one_remains(first, then):
    graph = captured(
        lambda x: ri.permute_dims(ri.permute_dims(x, tuple(first)), tuple(then)),
        (2, 3, 4),
    )
    after = simplify(graph)

    assert sum(ops(after).values()) <= 1
    assert_same_bits(graph, after)


@given(indices(9), st.integers(0, 1))
@settings(max_examples=100, deadline=None)
def test_a_slice_of_joined_tensors_reads_those_that_it_needs(index, axis):
    shapes = [(2, 9), (3, 9), (4, 9)] if axis == 0 else [(9, 2), (9, 3), (9, 4)]
    key = (index,) if axis == 0 else (slice(None), index)
    graph = captured(lambda *parts: ri.concat(parts, axis=axis)[key], *shapes)
    after = simplify(graph)

    taken = np.atleast_1d(np.repeat([0, 1, 2], [2, 3, 4])[index])
    assert ("concat" in ops(after)) == (len(set(taken)) > 1)
    assert_same_bits(graph, after)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_is_taken_apart_and_joined_in_order_is_the_same(sizes, in_order):
    forward = slice(None, None, 1 if in_order else -1)
    graph = captured(
        lambda x: ri.concat(ri.split(x, sizes=sizes)[forward]), (sum(sizes), 2)
    )
    after = simplify(graph)

    if in_order:
        assert after.outputs[0] is graph.inputs[0]
    assert_same_bits(graph, after)


@pytest.mark.parametrize("axes", [(1, 0, 2), (2, 0, 1), (0, 2, 1)])
def test_axes_of_size_one_move_without_their_elements(axes):
    graph = captured(lambda x: ri.permute_dims(x, axes), (1, 3, 1))
    after = simplify(graph)

    assert "permute_dims" not in ops(after)
    assert_same_bits(graph, after)
