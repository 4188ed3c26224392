"""Rules of what only moves elements: permutations, slices, parts and their joins.

They belong to the table of `simplify`; each takes a node and its inputs, and returns
what has the same elements, or `None`.

    %0 = slice(x, slices=((2, 8, 1),))
    %1 = slice(%0, slices=((0, 6, 2),))     becomes  %0 = slice(x, slices=((2, 8, 2),))

What a slice takes from an axis is a Python `range`, and a slice of a range is a range:
this is all the arithmetic that slices of slices need, backwards as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..tensor import Tensor
from .rewrite import is_made_by, made


def permuted_twice(out: Tensor, x: Tensor) -> Tensor | None:
    """Of two orders of axes, one."""
    if not is_made_by(x, "permute_dims"):
        return None
    axes = tuple(x.attrs["axes"][axis] for axis in out.attrs["axes"])
    return made("permute_dims", x.inputs[0], axes=axes)


def moves_only_ones(out: Tensor, x: Tensor) -> Tensor | None:
    """Where axes of size 1 move, elements stay in their order."""
    moved = [axis for axis in out.attrs["axes"] if x.shape[axis] != 1]
    return made("reshape", x, shape=out.shape) if moved == sorted(moved) else None


def _range_of(size: int, taken: Any) -> range:
    return range(size)[slice(*taken)]


def _taken(r: range) -> tuple[int, int | None, int]:
    """A range as an attribute of `slice`, where a stop below zero is `None`."""
    return (r.start, r.stop if r.stop >= 0 else None, r.step) if len(r) else (0, 0, 1)


def _is_all(shape: Sequence[int], slices: Sequence[Any]) -> bool:
    """Whether slices take every element, in order."""
    return all(
        isinstance(taken, tuple) and _range_of(size, taken) == range(size)
        for size, taken in zip(shape, slices, strict=True)
    )


def whole_slice(out: Tensor, x: Tensor) -> Tensor | None:
    """A slice of everything is nothing to do."""
    return x if _is_all(x.shape, out.attrs["slices"]) else None


def whole_place(out: Tensor, x: Tensor) -> Tensor | None:
    """What is placed everywhere has no zeros around it."""
    is_so = x.shape == out.shape and _is_all(out.shape, out.attrs["slices"])
    return x if is_so else None


def sliced_twice(out: Tensor, x: Tensor) -> Tensor | None:
    """Of two slices, one."""
    if not is_made_by(x, "slice"):
        return None
    source, later = x.inputs[0], iter(out.attrs["slices"])
    both: list[Any] = []
    for size, taken in zip(source.shape, x.attrs["slices"], strict=True):
        if not isinstance(taken, tuple):  # an axis that the first slice has dropped
            both.append(taken)
            continue
        first, then = _range_of(size, taken), next(later)
        is_range = isinstance(then, tuple)
        both.append(_taken(first[slice(*then)]) if is_range else first[then])
    return made("slice", source, slices=tuple(both))


def slice_of_part(out: Tensor, x: Tensor) -> Tensor | None:
    """What is taken from one of several joined tensors is taken from that alone."""
    if not is_made_by(x, "concat"):
        return None
    axis, taken = x.attrs["axis"], list(out.attrs["slices"])
    is_range, begin = isinstance(taken[axis], tuple), 0
    row = 0 if is_range else taken[axis] % x.shape[axis]
    where = _range_of(x.shape[axis], taken[axis] if is_range else (row, row + 1))
    for part in x.inputs:
        end = begin + part.shape[axis]
        if len(where) and begin <= min(where) and max(where) < end:
            inside = range(where.start - begin, where.stop - begin, where.step)
            taken[axis] = _taken(inside) if is_range else inside[0]
            return made("slice", part, slices=tuple(taken))
        begin = end
    return None


def slice_of_placed(out: Tensor, x: Tensor) -> Tensor | None:
    """What is taken from where it was placed is there already."""
    is_so = is_made_by(x, "place") and x.attrs["slices"] == out.attrs["slices"]
    return x.inputs[0] if is_so else None


def parts_of_split(out: Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """The parts of a split, each by itself: one that nobody reads is not there."""
    axis, begin, parts = out.attrs["axis"], 0, []
    taken: list[Any] = [(0, size, 1) for size in x.shape]
    for size in out.attrs["sizes"]:
        taken[axis] = (begin, begin + size, 1)
        parts.append(made("slice", x, slices=tuple(taken)))
        begin += size
    return tuple(parts)


def flat_concat(out: Tensor, *parts: Tensor) -> Tensor | None:
    """Joins along one axis are one join."""
    axis = out.attrs["axis"]

    def is_same(x: Tensor) -> bool:
        return is_made_by(x, "concat") and x.attrs["axis"] == axis

    if not any(map(is_same, parts)):
        return None
    flat = [y for x in parts for y in (x.inputs if is_same(x) else (x,))]
    return made("concat", *flat, axis=axis)


def joined_again(out: Tensor, *parts: Tensor) -> Tensor | None:
    """All parts of one tensor, put together in their order."""
    axis, first, begin = out.attrs["axis"], parts[0], 0
    if not is_made_by(first, "slice") or first.inputs[0].shape != out.shape:
        return None
    source = first.inputs[0]
    for part in parts:
        if not is_made_by(part, "slice") or part.inputs[0] is not source:
            return None
        taken = list(part.attrs["slices"])
        end = begin + part.shape[axis] if part.ndim == source.ndim else -1
        if taken[axis] != (begin, end, 1):
            return None
        taken[axis] = (0, source.shape[axis], 1)
        if not _is_all(source.shape, taken):
            return None
        begin = end
    return source
