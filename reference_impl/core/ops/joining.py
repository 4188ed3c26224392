"""Tensors put together, taken apart, and rolled, which is both.

Concatenation and its transpose are primitives; the rest is composed of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..bundle import results
from ..dtype import ANY
from ..errors import DtypeError, ShapeError
from ..kinds import general, linear
from ..number import integers
from ..op import public
from ..operands import Operand, as_tensors, promoted
from ..shape import Shape, axis_number
from ..tensor import Tensor
from .creation import zeros
from .reshaping import _reshape

__all__ = ["concat", "roll", "split", "stack", "unstack"]


def _joined_shape(*inputs: Tensor, axis: int) -> Shape:
    first = inputs[0].shape
    for x in inputs:
        others = x.shape[:axis], x.shape[axis + 1 :]
        if x.ndim != len(first) or others != (first[:axis], first[axis + 1 :]):
            raise ShapeError(
                f"concat: shapes must be equal but for axis {axis}; "
                f"{first} and {x.shape} came"
            )
    size = sum(x.shape[axis] for x in inputs)
    return (*first[:axis], size, *first[axis + 1 :])


@linear(
    transpose=lambda g, *inputs, axis: _parts(g, [x.shape[axis] for x in inputs], axis),
    shape=_joined_shape,
    domain=lambda draw: [
        ((draw(2, 3), draw(1, 3), draw(4, 3)), {"axis": 0}),
        ((draw(2, 3), draw(2, 0), draw(2, 1)), {"axis": 1}),
        ((draw(3),), {"axis": 0}),
    ],
)
def _concat(*inputs, axis):
    """Put tensors one behind the other along an axis."""
    return np.concatenate(inputs, axis)


def _split_vjp(g, out, x, sizes, axis):
    there = [
        zeros(shape, dtype=x.dtype, device=x.device) if part is None else part
        for part, shape in zip(g, out.shape, strict=True)
    ]
    return (_concat(*there, axis=axis),)


def _split_shapes(x: Tensor, sizes: Sequence[int], axis: int) -> tuple[Shape, ...]:
    if sum(sizes) != x.shape[axis]:
        raise ShapeError(
            f"split: the sizes must add up to {x.shape[axis]}, {sizes} came"
        )
    return tuple((*x.shape[:axis], size, *x.shape[axis + 1 :]) for size in sizes)


@general(
    vjp=_split_vjp,
    jvp=lambda tangents, out, x, sizes, axis: _parts(tangents[0], sizes, axis),
    shape=_split_shapes,
    dtype=lambda x, sizes, axis: (x.dtype,) * len(sizes),
    kinds=ANY,
    domain=lambda draw: [
        ((draw(2, 7),), {"sizes": (3, 0, 4), "axis": 1}),
        ((draw(3, 2),), {"sizes": (1, 1, 1), "axis": 0}),
        ((draw(3),), {"sizes": (3,), "axis": 0}),
    ],
)
def _split(x, *, sizes, axis):
    """Take a tensor apart along an axis; the results are views.

    A primitive for speed: as many slices have as many cotangents of the size of `x`,
    so that a loop over the rows would cost the square of their number.
    """
    before = (slice(None),) * axis
    ends = itertools.accumulate(sizes)
    return tuple(
        x[(*before, slice(end - size, end))]
        for end, size in zip(ends, sizes, strict=True)
    )


def _parts(x: Tensor, sizes: Sequence[int], axis: int) -> tuple[Tensor, ...]:
    """Consecutive parts of these sizes along an axis."""
    return results(_split(x, sizes=tuple(sizes), axis=axis)) if sizes else ()


def _several(who: str, arrays: Sequence[Operand]) -> tuple[Tensor, ...]:
    try:
        several = tuple(arrays)
    except TypeError:
        raise DtypeError(
            f"{who}: a sequence of tensors is needed, {arrays!r:.60} came"
        ) from None
    if not several:
        raise ShapeError(f"{who}: at least one tensor is needed, none came")
    return promoted(who, as_tensors(who, several))


@public
def concat(arrays: Sequence[Operand], *, axis: int | None = 0) -> Tensor:
    """Put tensors one behind the other along an axis.

    Parameters
    ----------
    axis : int, optional
        `None` joins the tensors as if they were flat.

    Raises
    ------
    ShapeError
        If there is no tensor, or shapes differ along another axis.
    DtypeError
        If the dtypes do not combine.
    """
    tensors = _several("concat", arrays)
    if axis is None:
        tensors, axis = tuple(_reshape(x, shape=(x.size,)) for x in tensors), 0
    return _concat(*tensors, axis=axis_number(axis, tensors[0].ndim, who="concat"))


@public
def stack(arrays: Sequence[Operand], *, axis: int = 0) -> Tensor:
    """Put tensors of equal shapes side by side along a new axis.

    Raises
    ------
    ShapeError
        If there is no tensor, or shapes differ.
    DtypeError
        If the dtypes do not combine.
    """
    tensors = _several("stack", arrays)
    shape = tensors[0].shape
    for x in tensors:
        if x.shape != shape:
            raise ShapeError(
                f"stack: equal shapes are needed, {shape} and {x.shape} came"
            )
    a = axis_number(axis, len(shape) + 1, who="stack")
    layers = [_reshape(x, shape=(*shape[:a], 1, *shape[a:])) for x in tensors]
    return _concat(*layers, axis=a)


@public
def unstack(x: Operand, *, axis: int = 0) -> tuple[Tensor, ...]:
    """Take a tensor apart along an axis, which vanishes; the inverse of `stack`.

    Raises
    ------
    ShapeError
        If the axis is out of range.
    """
    (x,) = as_tensors("unstack", (x,))
    a = axis_number(axis, x.ndim, who="unstack")
    shape = (*x.shape[:a], *x.shape[a + 1 :])
    layers = _parts(x, [1] * x.shape[a], a)
    return tuple(_reshape(layer, shape=shape) for layer in layers)


@public
def split(
    x: Operand,
    sections: int | Sequence[int] | None = None,
    *,
    sizes: Sequence[int] | None = None,
    axis: int = 0,
) -> tuple[Tensor, ...]:
    """Take a tensor apart along an axis; `concat` puts it together again.

    Parameters
    ----------
    sections : int or sequence of int
        How many equal parts there shall be, or where the second, third ... begin.
    sizes : sequence of int
        In place of `sections`: the sizes of the parts.

    Raises
    ------
    ShapeError
        If the axis cannot be taken apart in this way.
    """
    (x,) = as_tensors("split", (x,))
    a = axis_number(axis, x.ndim, who="split")
    if (sections is None) == (sizes is None):
        raise ShapeError("split: either `sections` or `sizes` is needed")
    if sizes is None:
        wanted = _section_sizes(x.shape[a], sections)
    else:
        wanted = integers(sizes, who="split", what="sizes")
    if sum(wanted) != x.shape[a] or min(wanted, default=0) < 0:
        raise ShapeError(
            f"split: the sizes of the parts must add up to {x.shape[a]}, the size of "
            f"axis {a}; {wanted} came"
        )
    return _parts(x, wanted, a)


def _section_sizes(size: int, sections: Any) -> Shape:
    given = integers(sections, who="split", what="sections")
    if len(given) == 1 and not np.ndim(sections):
        (count,) = given
        if count < 1 or size % count:
            raise ShapeError(f"split: size {size} has no {count} equal parts")
        return (size // count,) * count
    # As slices do, a bound may be negative or beyond the end.
    begins = [0, *given]
    bounds = zip(begins, [*begins[1:], size], strict=True)
    return tuple(len(range(size)[start:stop]) for start, stop in bounds)


@public
def roll(
    x: Operand, shift: int | Sequence[int], *, axis: int | Sequence[int] | None = None
) -> Tensor:
    """Move elements along axes by `shift`; what leaves at one end enters at the other.

    Parameters
    ----------
    axis : int or sequence of int, optional
        One for each shift, or several for one; without it the elements are rolled as
        if they were flat.

    Raises
    ------
    ShapeError
        If an axis is out of range, or the numbers of shifts and axes differ.
    """
    (x,) = as_tensors("roll", (x,))
    if axis is None:
        flat = roll(_reshape(x, shape=(x.size,)), shift, axis=0)
        return _reshape(flat, shape=x.shape)
    shifts = integers(shift, who="roll", what="shifts")
    axes = integers(axis, who="roll", what="axes")
    try:
        pairs = np.broadcast_arrays(shifts, axes)
    except ValueError:
        raise ShapeError(
            f"roll: one shift for each axis is needed, {shift} and {axis} came"
        ) from None
    for distance, a in zip(*(pair.tolist() for pair in pairs), strict=True):
        a = axis_number(a, x.ndim, who="roll")
        size = x.shape[a]
        if size and distance % size:
            x = _concat(*_parts(x, _rolled(size, distance), a)[::-1], axis=a)
    return x


def _rolled(size: int, distance: int) -> Shape:
    """The sizes of what stays inside and of what leaves at the end."""
    return size - distance % size, distance % size
