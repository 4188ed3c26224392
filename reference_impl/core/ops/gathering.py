"""Elements picked by integer positions: the adjoint pair of gathering and scattering.

To gather is to read rows at given positions, some perhaps twice, some never. Its
transpose adds up, for every row, what was made of its copies. Both are linear in the
elements; the positions are constants. A position out of range is found when it is
read, in a compiled function too, so the op complains, whoever called it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..dtype import INTEGERS, NUMBERS, check_kind, int64, wide_type
from ..elements import tensor
from ..errors import IndexRangeError, ShapeError
from ..kinds import linear
from ..op import public
from ..operands import Operand, as_tensors, promoted
from ..shape import Shape, axis_number, broadcast_shapes, possible
from ..tensor import Tensor
from .permuting import moved_block
from .reshaping import _reshape, broadcast_to

__all__ = ["scatter_add", "take", "take_along_axis"]

# Elements are added this many at a time, so that their positions stay in the cache:
# 16384 rows of 384 float64 in 23 ms instead of 42 ms.
ELEMENTS_AT_ONCE = 1 << 15


def _gathered_shape(x: Tensor, *indices: Tensor, axes: Shape) -> Shape:
    rest = [size for axis, size in enumerate(x.shape) if axis not in axes]
    shape = (*broadcast_shapes(*[i.shape for i in indices]), *rest)
    return possible(shape, x.dtype.itemsize, who="gather")


def _scattered_back(g: Tensor, x: Tensor, *indices: Tensor, axes: Shape) -> Tensor:
    return _scatter_add(g, *indices, axes=axes, shape=x.shape)


@linear(
    transpose=_scattered_back,
    shape=_gathered_shape,
    about=1,
    domain=lambda draw: [
        ((draw(4, 3), np.array([[2, -1, 2], [0, 0, 1]])), {"axes": (0,)}),
        ((draw(2, 4), np.array([[3, 0], [3, 1]], np.uint8)), {"axes": (1,)}),
        (
            (draw(2, 3, 1, 4), np.array([[0], [2]]), np.array([1, -4])),
            {"axes": (1, 3)},
        ),
        ((draw(2, 3), np.array(1), np.array([], int)), {"axes": (0, 1)}),
    ],
)
def _gather(x, *indices, axes):
    """Take the rows at positions along some axes.

    The axes of the positions, which broadcast, come first in the result; the axes of
    `x` that have no positions follow.
    """
    first = axes[0]
    try:
        if len(axes) > 1:
            rest = [axis for axis in range(x.ndim) if axis not in axes]
            # The Ellipsis lets NumPy return an array where it would return a number.
            out = x.transpose(*axes, *rest)[*indices, ...]
        else:
            # 0.03 ms instead of 0.08 ms by x[index], for 2048 rows of 64 float32.
            out = np.asarray(x.take(indices[0].astype(np.intp, copy=False), first))
    except IndexError:
        row_numbers(indices, axes, x.shape, who="gather")  # raises in our words
        raise
    if not out.size:
        # Where nothing is read NumPy does not always look; the transpose would.
        row_numbers(indices, axes, x.shape, who="gather")
    if len(axes) > 1 or not first:
        return out
    block = range(indices[0].ndim)
    return np.moveaxis(out, [first + i for i in block], block)


def row_numbers(
    indices: Sequence[np.ndarray], axes: Shape, shape: Shape, *, who: str
) -> np.ndarray:
    """Positions along some axes, counted as if these were one axis; as a flat array.

    Raises
    ------
    IndexRangeError
        If a position is out of range; `who` opens the message.
    """
    numbers = np.zeros((), np.intp)
    for index, axis in zip(indices, axes, strict=True):
        size, given = shape[axis], np.asarray(index)
        is_wrong = (given < -size) | (given >= size)
        if is_wrong.any():
            raise IndexRangeError(
                f"{who}: index {given[is_wrong][0]} is out of range for axis {axis} "
                f"of shape {shape}, whose size is {size}"
            )
        given = given.astype(np.intp)
        numbers = numbers * size + np.where(given < 0, given + size, given)
    return numbers.ravel()


@linear(
    transpose=lambda g, x, *indices, axes, shape: _gather(g, *indices, axes=axes),
    shape=lambda x, *indices, axes, shape: shape,
    kinds=NUMBERS,
    about=1,
    domain=lambda draw: [
        (
            (draw(2, 3, 2), np.array([[2, -1, 2], [0, 0, 1]])),
            {"axes": (0,), "shape": (4, 2)},
        ),
        (
            (draw(2, 2, 2), np.array([[3, 0], [3, 1]], np.uint8)),
            {"axes": (1,), "shape": (2, 4)},
        ),
        (
            (draw(2, 2, 2, 1), np.array([[0], [2]]), np.array([1, -4])),
            {"axes": (1, 3), "shape": (2, 3, 1, 4)},
        ),
        (
            (draw(0), np.array(1), np.array([], int)),
            {"axes": (0, 1), "shape": (2, 3)},
        ),
    ],
)
def _scatter_add(x, *indices, axes, shape):
    """Add every row to the one at its position, in a tensor that begins as zeros."""
    numbers = row_numbers(indices, axes, shape, who="scatter_add")
    rest = [size for axis, size in enumerate(shape) if axis not in axes]
    D = math.prod(rest)
    x = x.reshape(len(numbers), D)
    out = np.zeros(math.prod(shape), wide_type(x.dtype))
    step = max(ELEMENTS_AT_ONCE // max(D, 1), 1)
    for start in range(0, len(numbers) if D else 0, step):
        some = slice(start, start + step)
        # Ways to add 2048 rows of 64 float32 to 1000: 0.8 ms in this one; 7 ms by
        # np.add.at on rows, 4.1 ms by np.add.reduceat on sorted rows, 1.0 ms by
        # np.bincount for each column, 7 ms by a product with one-hot rows (0.4 ms
        # against 0.6 ms for 65 rows, but there zero times infinity is not a number).
        elements = numbers[some, None] * D + np.arange(D)
        np.add.at(out, elements.ravel(), x[some].ravel().astype(out.dtype, copy=False))
    out = out.astype(x.dtype, copy=False).reshape(*(shape[a] for a in axes), *rest)
    first = tuple(range(len(axes)))
    return out if axes == first else np.moveaxis(out, first, axes)


def taken(who: str, x: Tensor, indices: Operand, axis: int) -> Tensor:
    """The rows at positions along one axis; `who` complains of what are none."""
    index = positions(who, x, indices)
    return moved_block(_gather(x, index, axes=(axis,)), index.ndim, 0, axis)


def positions(who: str, x: Tensor, indices: Operand, kinds: str = INTEGERS) -> Tensor:
    """An array of positions as a tensor on the device of `x`.

    Raises
    ------
    DtypeError
        If it is of another kind; `who` opens the message.
    ShapeError
        If a nested list is ragged.
    """
    if not isinstance(indices, Tensor):
        is_list = isinstance(indices, (list, tuple))
        indices = as_tensors(who, (indices,))[0].to_device(x.device)
        if is_list and not indices.size:
            indices = indices.astype(int64)  # an empty list could be one of floats
    check_kind(indices.dtype, kinds, who=who)
    return indices


@public
def take(x: Operand, indices: Operand, *, axis: int | None = None) -> Tensor:
    """Take the elements, or rows, at positions along one axis.

    Parameters
    ----------
    indices : integers
        Negative ones count from the end.
    axis : int, optional
        Without it the elements are taken from `x` as if it were flat.

    Shapes
    ------
    x        (..., N, ...) with N at `axis`
    indices  any
    result   that of `x` with the shape of `indices` in place of N

    Raises
    ------
    DtypeError
        If the indices are no integers.
    IndexRangeError
        If an index is out of range.
    ShapeError
        If the axis is out of range.
    """
    (x,) = as_tensors("take", (x,))
    if axis is None:
        x, axis = _reshape(x, shape=(x.size,)), 0
    return taken("take", x, indices, axis_number(axis, x.ndim, who="take"))


@public
def take_along_axis(x: Operand, indices: Operand, *, axis: int = -1) -> Tensor:
    """Take elements along one axis at positions that every line has for itself.

    Shapes
    ------
    x        (..., N, ...) with N at `axis`
    indices  (..., M, ...), as many axes; the others broadcast against those of `x`
    result   (..., M, ...)

    Raises
    ------
    DtypeError
        If the indices are no integers.
    IndexRangeError
        If an index is out of range.
    ShapeError
        If the shapes do not fit, or the axis is out of range.
    """
    (x,) = as_tensors("take_along_axis", (x,))
    index = positions("take_along_axis", x, indices)
    a = axis_number(axis, x.ndim, who="take_along_axis")
    lines = (*x.shape[:a], 1, *x.shape[a + 1 :])
    try:
        broadcast_shapes(lines, index.shape)
        fits = index.ndim == x.ndim
    except ShapeError:
        fits = False
    if not fits:
        raise ShapeError(
            f"take_along_axis: shapes must fit but for axis {a}; x is {x.shape}, the "
            f"indices are {index.shape}"
        )
    # Where every line stands, along all the other axes.
    grid: list[Tensor] = [
        tensor(places, device=x.device) for places in np.ogrid[tuple(map(slice, lines))]
    ]
    grid[a] = index
    return _gather(x, *grid, axes=tuple(range(x.ndim)))


@public
def scatter_add(
    x: Operand, indices: Operand, updates: Operand, *, axis: int = 0
) -> Tensor:
    """Add rows to the rows of `x` at positions along one axis.

    Rows that have the same position are all added: in the elements of `updates` this
    is the transpose of `take(x, indices, axis=axis)`.

    Shapes
    ------
    x        (..., N, ...) with N at `axis`
    indices  any, integers
    updates  broadcasts to that of `take(x, indices, axis=axis)`
    result   that of `x`

    Raises
    ------
    DtypeError
        If the indices are no integers, or the elements do not combine.
    IndexRangeError
        If an index is out of range.
    ShapeError
        If the updates do not fit, or the axis is out of range.
    """
    x, y = promoted("scatter_add", (x, updates))
    check_kind(x.dtype, NUMBERS, who="scatter_add")
    index = positions("scatter_add", x, indices)
    a = axis_number(axis, x.ndim, who="scatter_add")
    taken = (*x.shape[:a], *index.shape, *x.shape[a + 1 :])
    rows = moved_block(fitted("scatter_add", y, taken), index.ndim, a, 0)
    return x + _scatter_add(rows, index, axes=(a,), shape=x.shape)


def fitted(who: str, updates: Tensor, shape: Shape) -> Tensor:
    """Updates broadcast to the shape of what they are for."""
    try:
        return updates if updates.shape == shape else broadcast_to(updates, shape)
    except ShapeError:
        raise ShapeError(
            f"{who}: updates of shape {shape} are needed, or what broadcasts to it; "
            f"{updates.shape} came"
        ) from None
