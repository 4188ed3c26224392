"""The same elements with their axes in another order.

One linear primitive carries what is here; it gives views.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import ShapeError
from ..kinds import linear
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import Shape, axis_number, named_axes
from ..tensor import Tensor

__all__ = ["matrix_transpose", "moveaxis", "permute_dims", "swapaxes"]


def _permuted_shape(x: Tensor, axes: Shape) -> Shape:
    if sorted(axes) != list(range(x.ndim)):
        raise ShapeError(f"permute_dims: {axes} is no order of {x.ndim} axes")
    return tuple(x.shape[axis] for axis in axes)


@linear(
    transpose=lambda g, x, axes: permute_dims(g, tuple(np.argsort(axes).tolist())),
    shape=_permuted_shape,
    domain=lambda draw: [((draw(2, 3, 4),), {"axes": (2, 0, 1)})],
)
def _permute_dims(x, *, axes):
    """Put the axes into another order."""
    return x.transpose(axes)


@public
def permute_dims(x: Operand, axes: Shape) -> Tensor:
    """Put the axes into another order: axis `i` of the result is axis `axes[i]` of `x`.

    Raises
    ------
    ShapeError
        If `axes` does not name every axis once.
    """
    (x,) = as_tensors("permute_dims", (x,))
    order = named_axes(axes, x.ndim, who="permute_dims")
    if len(order) != x.ndim:
        raise ShapeError(f"permute_dims: {axes} is no order of {x.ndim} axes")
    return _permute_dims(x, axes=order)


@public
def matrix_transpose(x: Operand) -> Tensor:
    """Exchange the last two axes.

    Raises
    ------
    ShapeError
        If there are fewer than two.
    """
    (x,) = as_tensors("matrix_transpose", (x,))
    if x.ndim < 2:
        raise ShapeError(
            f"matrix_transpose: two axes are needed, the shape is {x.shape}"
        )
    return transposed(x)


def transposed(x: Tensor) -> Tensor:
    """A matrix, or every matrix of a batch, with rows and columns exchanged."""
    ndim = len(x.shape)
    axes = (1, 0) if ndim == 2 else (*range(ndim - 2), ndim - 1, ndim - 2)
    return _permute_dims(x, axes=axes)


@public
def moveaxis(
    x: Operand, source: int | Sequence[int], destination: int | Sequence[int]
) -> Tensor:
    """Put some axes at other places; the others keep their order.

    Raises
    ------
    ShapeError
        If an axis is out of range or named twice, or the numbers of axes differ.
    """
    (x,) = as_tensors("moveaxis", (x,))
    sources = named_axes(source, x.ndim, who="moveaxis")
    destinations = named_axes(destination, x.ndim, who="moveaxis")
    if len(sources) != len(destinations):
        raise ShapeError(
            f"moveaxis: as many destinations as sources are needed, {source} and "
            f"{destination} came"
        )
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for at, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(at, axis)
    return reordered(x, order)


def reordered(x: Tensor, order: Sequence[int]) -> Tensor:
    """The axes in another order, or `x` itself if it is the same."""
    axes = tuple(order)
    return x if axes == tuple(range(x.ndim)) else _permute_dims(x, axes=axes)


def moved_block(x: Tensor, count: int, source: int, destination: int) -> Tensor:
    """Put `count` neighbouring axes, from `source` on, before another of the rest."""
    block = range(source, source + count)
    rest = [axis for axis in range(x.ndim) if axis not in block]
    return reordered(x, (*rest[:destination], *block, *rest[destination:]))


@public
def swapaxes(x: Operand, axis1: int, axis2: int) -> Tensor:
    """Exchange two axes.

    Raises
    ------
    ShapeError
        If an axis is out of range.
    """
    (x,) = as_tensors("swapaxes", (x,))
    order = list(range(x.ndim))
    i, j = (axis_number(axis, x.ndim, who="swapaxes") for axis in (axis1, axis2))
    order[i], order[j] = j, i
    return reordered(x, order)
