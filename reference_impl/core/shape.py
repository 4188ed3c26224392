"""Arithmetic on shapes: tuples of sizes, one for each axis.

Pure functions of plain Python data; nothing here knows a tensor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .errors import AxisError, OutOfMemoryError, ShapeError
from .number import integers

Shape = tuple[int, ...]
Axis = int | Sequence[int] | None  # None means all axes

# What NumPy's arrays can have.
MOST_AXES = 64
MOST_BYTES = 2**63 - 1


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The smallest shape to which all the given shapes can be stretched.

    Shapes are aligned at their last axis. An axis of size 1, or one that is missing,
    stretches to the size that the others have there.

    Parameters
    ----------
    *shapes : tuple of int
        Any number of shapes; none at all gives `()`.

    Returns
    -------
    tuple of int

    Raises
    ------
    ShapeError
        If two shapes have different sizes, neither of them 1, on the same axis.

    Notes
    -----
    Source: Array API standard 2024.12, section "Broadcasting".
    """
    ndim = max(map(len, shapes), default=0)
    result = [1] * ndim
    for shape in shapes:
        for axis, size in enumerate(shape, start=ndim - len(shape)):
            if result[axis] == 1:
                result[axis] = size
            elif size not in (1, result[axis]):
                raise ShapeError(
                    f"broadcast_shapes: {', '.join(map(str, shapes))} do not fit: "
                    f"axis {axis - ndim} has sizes {result[axis]} and {size}, "
                    f"which must be equal or 1"
                )
    return tuple(result)


def checked_sizes(shape: int | Sequence[int], *, who: str) -> Shape:
    """A shape as a tuple of integers.

    Raises
    ------
    DtypeError
        If a size is no integer; `who` opens the message.
    ShapeError, OutOfMemoryError
        If one is negative, or no array has this shape.
    """
    sizes = integers(shape, who=who, what="sizes")
    if min(sizes, default=0) < 0:
        raise ShapeError(f"{who}: sizes must not be negative, {sizes} came")
    return possible(sizes, who=who)


def possible(shape: Shape, itemsize: int = 1, *, who: str) -> Shape:
    """The same shape, if an array can have it.

    Raises
    ------
    ShapeError
        If there are too many axes; `who` opens the message.
    OutOfMemoryError
        If there are more bytes than an address can count, be they all the same ones.
    """
    if len(shape) > MOST_AXES:
        raise ShapeError(
            f"{who}: at most {MOST_AXES} axes are possible, {len(shape)} came"
        )
    # NumPy leaves out sizes of 0 here.
    if math.prod(filter(None, shape)) * itemsize > MOST_BYTES:
        raise OutOfMemoryError(
            f"{who}: shape {shape} is too large: an array has at most {MOST_BYTES} "
            f"bytes, be its elements all the same one"
        )
    return shape


def named_axes(axis: int | Sequence[int], ndim: int, *, who: str) -> Shape:
    """Axes as non-negative integers, in the order in which they are named.

    Raises
    ------
    DtypeError
        If an axis is no integer; `who` opens the message.
    AxisError
        If one is out of range.
    ShapeError
        If one is named twice.
    """
    given = integers(axis, who=who, what="axes")
    for a in given:
        if not -ndim <= a < ndim:
            raise AxisError(f"{who}: axis {a} is out of range for {ndim} axes")
    axes = tuple([a % ndim for a in given])
    if len(set(axes)) != len(axes):
        raise ShapeError(f"{who}: axes {given} name one axis twice")
    return axes


def normalise_axes(axis: Axis, ndim: int, *, who: str) -> Shape:
    """Axes as a sorted tuple of non-negative integers; `None` means all of them.

    Raises
    ------
    DtypeError, AxisError, ShapeError
        As `named_axes` does.
    """
    if axis.__class__ is int and -ndim <= axis < ndim:
        return (axis % ndim,)  # 0.2 us instead of 2 us
    if axis is None:
        return tuple(range(ndim))
    return tuple(sorted(named_axes(axis, ndim, who=who)))


def axis_number(axis: int, ndim: int, *, who: str) -> int:
    """One axis as a non-negative integer; errors are those of `named_axes`."""
    return named_axes((axis,), ndim, who=who)[0]


def stretched_axes(shape: Shape, target: Shape) -> Shape:
    """The axes of `target` along which broadcasting `shape` repeats elements."""
    missing = len(target) - len(shape)
    return tuple(
        [
            axis
            for axis, size in enumerate(target)
            if axis < missing or shape[axis - missing] != size
        ]
    )
