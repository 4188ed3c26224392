"""The axes of a loop nest: in which order they are walked, and which become one.

Memory is read fastest in the order in which it lies, so the axis along which neighbours
lie side by side is walked innermost. Two axes that every array walks as if they were
one become one, so most nests have one axis or two whatever the rank of the tensors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..shape import Shape


@dataclass(frozen=True, slots=True)
class Axis:
    """One loop: how far it goes, how far each array steps, whether it is reduced."""

    size: int
    strides: tuple[int, ...]
    is_reduced: bool = False


def axes_of(
    extents: Shape, strides: Sequence[Sequence[int]], reduced: Sequence[int]
) -> list[Axis]:
    """An axis for each extent, given the strides of each array."""
    return [
        Axis(size, tuple(each[i] for each in strides), i in reduced)
        for i, size in enumerate(extents)
    ]


def arranged(
    axes: Sequence[Axis], arrays: int, leading: int, *, in_register: bool = False
) -> list[Axis]:
    """The axes from the outermost to the innermost, as few as there can be.

    Of so many arrays, the leading one's order in memory decides. The first axis
    is kept. Reduced axes are the innermost ones, where their sum stays in a register,
    unless a kept axis is that of neighbours; then that one is the innermost, and the
    sum is in memory (which `in_register` forbids).
    """
    inwards = sorted(axes, key=lambda axis: -abs(axis.strides[leading]))
    kept = [axis for axis in inwards if not axis.is_reduced]
    reduced = [axis for axis in inwards if axis.is_reduced]
    inner: list[Axis] = []
    if reduced and kept and inwards[-1] is kept[-1] and not in_register:
        inner = _merged(kept)[-1:]
        kept = _merged(kept)[:-1]
    order = [*_merged(kept), *_merged(reduced), *inner]
    if not order or order[0].is_reduced:
        order.insert(0, Axis(1, (0,) * arrays))
    return order


def _merged(axes: Sequence[Axis]) -> list[Axis]:
    """Neighbouring loops as one, where every array steps evenly through both."""
    merged: list[Axis] = []
    for inner in axes:
        if merged and _is_even(merged[-1], inner):
            outer = merged.pop()
            merged.append(
                Axis(outer.size * inner.size, inner.strides, inner.is_reduced)
            )
        else:
            merged.append(inner)
    return merged


def _is_even(outer: Axis, inner: Axis) -> bool:
    pairs = zip(outer.strides, inner.strides, strict=True)
    return all(far == near * inner.size for far, near in pairs)


def parted(axis: Axis, parts: int) -> tuple[Axis, Axis]:
    """An axis as two: over equal parts, which are kept, and within a part."""
    inside = axis.size // parts
    return (
        Axis(parts, tuple(stride * inside for stride in axis.strides)),
        Axis(inside, axis.strides, axis.is_reduced),
    )


def good_parts(size: int, least: int, most: int = 64) -> int:
    """The largest number of equal parts, of at least `least` elements each."""
    for parts in range(min(most, size // least), 1, -1):
        if size % parts == 0:
            return parts
    return 1


def points(axes: Sequence[Axis]) -> int:
    """How often the innermost statement runs."""
    return math.prod(axis.size for axis in axes)
