"""Axes in another order, and merged, are the same walk."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl.core.lowering.walk import (
    Axis,
    arranged,
    axes_of,
    good_parts,
    parted,
    points,
)


def visited(axes, which=lambda axis: True):
    """For every point of a walk, the place in each array."""
    chosen = [axis for axis in axes if which(axis)]
    places = []
    for point in itertools.product(*(range(axis.size) for axis in chosen)):
        steps = zip(point, chosen, strict=True)
        moved = [[i * stride for stride in axis.strides] for i, axis in steps]
        places.append(tuple(map(sum, zip(*moved, strict=True))) if moved else ())
    return sorted(places)


@st.composite
def walks(draw):
    """Sizes, strides of some arrays, and which axes are reduced."""
    rank, arrays = draw(st.integers(0, 4)), draw(st.integers(1, 3))
    sizes = tuple(draw(st.sampled_from([0, 1, 2, 3, 5])) for _ in range(rank))
    strides = []
    for _ in range(arrays):
        order, step = draw(st.permutations(range(rank))), 1
        each = [0] * rank
        for axis in order:
            each[axis] = draw(st.sampled_from([step, step, step, -step, 2 * step, 0]))
            step *= max(sizes[axis], 1)
        strides.append(tuple(each))
    reduced = tuple(i for i in range(rank) if draw(st.booleans()))
    return sizes, strides, reduced


@settings(max_examples=100, deadline=None, derandomize=True)
@given(walk=walks(), in_register=st.booleans(), leading=st.integers(0, 2))
def test_arranged_axes_visit_the_same_elements(walk, in_register, leading):
    sizes, strides, reduced = walk
    axes = axes_of(sizes, strides, reduced)

    came = arranged(
        axes, len(strides), min(leading, len(strides) - 1), in_register=in_register
    )

    assert not came[0].is_reduced
    for is_reduced in (False, True):
        which = lambda axis, wanted=is_reduced: axis.is_reduced == wanted  # noqa: E731
        padded = visited(axes, which)
        if padded == [()]:  # no such axes: one point, where everything begins
            padded = [(0,) * len(strides)]
        of_these = visited(came, which)
        assert (of_these if of_these != [()] else [(0,) * len(strides)]) == padded
    if in_register and any(axis.is_reduced for axis in came):
        assert came[-1].is_reduced


def test_an_image_in_one_piece_is_one_axis():
    axes = axes_of((2, 3, 4), [(12, 4, 1), (12, 4, 1)], ())

    assert arranged(axes, 2, 0) == [Axis(24, (1, 1))]


def test_a_bias_keeps_its_axis():
    axes = axes_of((2, 3, 4), [(12, 4, 1), (0, 0, 1)], ())

    assert arranged(axes, 2, 0) == [Axis(6, (4, 0)), Axis(4, (1, 1))]


def test_the_axis_of_neighbours_is_the_innermost():
    axes = axes_of((4, 6), [(1, 4)], ())

    assert arranged(axes, 1, 0) == [Axis(24, (1,))]
    columns = axes_of((4, 6), [(1, 4), (6, 1)], ())
    assert [axis.size for axis in arranged(columns, 2, 0)] == [6, 4]


def test_rows_are_reduced_in_a_register_and_columns_in_memory():
    rows = arranged(axes_of((4, 6), [(6, 1)], (1,)), 1, 0)
    columns = arranged(axes_of((4, 6), [(6, 1)], (0,)), 1, 0)
    in_register = arranged(axes_of((4, 6), [(6, 1)], (0,)), 1, 0, in_register=True)

    assert [axis.is_reduced for axis in rows] == [False, True]
    # The first axis is kept, and there is none but that of neighbours.
    assert [axis.is_reduced for axis in columns] == [False, True, False]
    assert columns[0].size == 1
    assert [axis.is_reduced for axis in in_register] == [False, True]


@pytest.mark.parametrize("size", [1, 2, 12, 60, 97, 128])
def test_parts_of_an_axis_visit_the_same_elements(size):
    axis = Axis(size, (3, -1, 0), is_reduced=True)
    for parts in [n for n in range(1, size + 1) if size % n == 0]:
        outer, inside = parted(axis, parts)

        assert visited([outer, inside]) == visited([axis])
        assert (outer.size, outer.is_reduced, inside.is_reduced) == (parts, False, True)


@pytest.mark.parametrize("least", [1, 16, 4096])
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 63, 64, 65, 97, 4095, 8192, 100003])
def test_good_parts_are_equal_and_large_enough(size, least):
    parts = good_parts(size, least)
    possible = [
        n for n in range(1, 65) if size % n == 0 and (n == 1 or size // n >= least)
    ]

    assert parts == max(possible)


def test_the_innermost_statement_runs_once_for_every_point():
    assert points([Axis(3, (4, 0)), Axis(5, (-1, 0))]) == 15
