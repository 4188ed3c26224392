"""Regular parts of tensors: the adjoint pair of slicing and placing, and overwriting.

To slice is to take every `step`-th element of every axis between two bounds, which is
a view. Its transpose places elements there among zeros; to place them in another
tensor is to overwrite. Flips and diagonals are slices, too.
"""

from __future__ import annotations

import functools
from operator import index
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..kinds import linear
from ..number import integer
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import Axis, Shape, normalise_axes, possible
from ..tensor import Tensor
from .creation import zeros_like
from .reshaping import _reshape

__all__ = ["diag", "diagonal", "flip"]

# What is taken from an axis: (start, stop, step) as Python's `slice` takes them, where
# a stop of `None` lies before the first element, for a negative step; or one position,
# and then the axis is dropped.
Slice = tuple[int, int | None, int] | int


# 0.1 us instead of 0.6 us for two axes: a loop takes the same parts again and again.
@functools.lru_cache(maxsize=1024)
def _key(slices: tuple[Slice, ...]) -> tuple[Any, ...]:
    # The Ellipsis lets NumPy return an array where it would return a number.
    # `index` refuses 1.0, which the cache would hand out in place of 1.
    return (*[_python_slice(s) if isinstance(s, tuple) else s for s in slices], ...)


def _python_slice(taken: tuple[int, int | None, int]) -> slice:
    return slice(*[None if end is None else index(end) for end in taken])


def _sliced_shape(x: Tensor, slices: tuple[Slice, ...]) -> Shape:
    sizes = [taken_size(n, s) for n, s in zip(x.shape, slices, strict=True)]
    return tuple([size for size in sizes if size is not None])


def taken_size(size: int, taken: Slice) -> int | None:
    """How many elements of an axis are taken; none for an axis that is dropped."""
    return None if isinstance(taken, int) else len(range(size)[slice(*taken)])


def _placed_back(g: Tensor, x: Tensor, slices: tuple[Slice, ...]) -> Tensor:
    return _place(g, slices=slices, shape=x.shape)


@linear(
    transpose=_placed_back,
    shape=_sliced_shape,
    domain=lambda draw: [
        ((draw(4, 5),), {"slices": ((1, 3, 1), (0, 5, 2))}),
        ((draw(4, 5),), {"slices": ((3, None, -2), (3, 0, -1))}),
        ((draw(3, 4),), {"slices": ((2, 2, 1), (0, 4, 1))}),
        ((draw(2, 3, 4),), {"slices": (1, (0, 3, 1), 2)}),
    ],
)
def _slice(x, *, slices):
    """Take a part of every axis, as a view; an axis with one position is dropped."""
    return x[_key(slices)]


@linear(
    transpose=lambda g, x, slices, shape: _slice(g, slices=slices),
    shape=lambda x, slices, shape: possible(shape, x.dtype.itemsize, who="place"),
    domain=lambda draw: [
        ((draw(2, 3),), {"slices": ((1, 3, 1), (0, 5, 2)), "shape": (4, 5)}),
        ((draw(2, 3),), {"slices": ((3, None, -2), (3, 0, -1)), "shape": (4, 5)}),
        ((draw(0, 4),), {"slices": ((2, 2, 1), (0, 4, 1)), "shape": (3, 4)}),
        ((draw(3),), {"slices": (1, (0, 3, 1), 2), "shape": (2, 3, 4)}),
    ],
)
def _place(x, *, slices, shape):
    """Put elements where a slice of a tensor of that shape lies, among zeros."""
    out = np.zeros(shape, x.dtype)
    out[_key(slices)] = x
    return out


def _overwritten_back(
    g: Tensor, x: Tensor, y: Tensor, slices: tuple[Slice, ...]
) -> tuple[Tensor, Tensor]:
    return _overwrite(g, zeros_like(y), slices=slices), _slice(g, slices=slices)


@linear(
    transpose=_overwritten_back,
    shape=lambda x, y, slices: x.shape,
    domain=lambda draw: [
        ((draw(4, 5), draw(2, 3)), {"slices": ((1, 3, 1), (0, 5, 2))}),
        ((draw(3, 4), draw(3)), {"slices": ((2, None, -1), 1)}),
    ],
)
def _overwrite(x, y, *, slices):
    """Put other elements where a slice lies.

    A primitive for speed: a key-value cache of 2 MiB takes 0.2 ms, and 0.8 ms if one
    chooses by a mask between it and what is placed among zeros.
    """
    out = np.array(x, order="C")
    out[_key(slices)] = y
    return out


def whole(shape: Shape) -> list[Slice]:
    """The slices that take everything; a list, so that some can be exchanged."""
    return [(0, size, 1) for size in shape]


def along(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    """The part of `x` from `start` to `stop` along one axis; all are in range."""
    slices = whole(x.shape)
    slices[axis] = (start, stop, 1)
    return _slice(x, slices=tuple(slices))


@public
def flip(x: Operand, axis: Axis = None) -> Tensor:
    """Reverse the order of the elements along some axes, all of them by default.

    Raises
    ------
    ShapeError
        If an axis is out of range or named twice.
    """
    (x,) = as_tensors("flip", (x,))
    slices = whole(x.shape)
    for a in normalise_axes(axis, x.ndim, who="flip"):
        slices[a] = (x.shape[a] - 1, None, -1) if x.shape[a] else slices[a]
    return _slice(x, slices=tuple(slices))


def _diagonal_slice(rows: int, columns: int, offset: int) -> Slice:
    """Where a diagonal lies in a matrix whose rows stand one after another."""
    start = offset if offset >= 0 else -offset * columns
    size = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    return (start, start + size * (columns + 1), columns + 1) if size else (0, 0, 1)


@public
def diagonal(x: Operand, *, offset: int = 0) -> Tensor:
    """Take the diagonal of a matrix, or of every matrix of a batch.

    Parameters
    ----------
    offset : int
        How far above the main diagonal; below it if negative.

    Shapes
    ------
    x       (..., N, M)
    result  (..., min(N, M)) for the main diagonal

    Raises
    ------
    ShapeError
        If there are fewer than two axes.

    Notes
    -----
    The axes are the last two, as in the Array API's `linalg.diagonal`; NumPy's are the
    first two.
    """
    (x,) = as_tensors("diagonal", (x,))
    offset = integer("diagonal: offset", offset)
    if x.ndim < 2:
        raise ShapeError(f"diagonal: two axes are needed, the shape is {x.shape}")
    *batch, N, M = x.shape
    rows = _reshape(x, shape=(*batch, N * M))
    return _slice(rows, slices=(*whole(tuple(batch)), _diagonal_slice(N, M, offset)))


@public
def diag(x: Operand, *, offset: int = 0) -> Tensor:
    """Make a vector the diagonal of a square matrix, or take a matrix's diagonal.

    Raises
    ------
    ShapeError
        If `x` is neither a vector nor a matrix.
    """
    (x,) = as_tensors("diag", (x,))
    offset = integer("diag: offset", offset)
    if x.ndim == 2:
        return diagonal(x, offset=offset)
    if x.ndim != 1:
        raise ShapeError(f"diag: a vector or a matrix is needed, {x.shape} came")
    N = x.size + abs(offset)
    slices = (_diagonal_slice(N, N, offset),)
    return _reshape(_place(x, slices=slices, shape=(N * N,)), shape=(N, N))
