"""Ops that move elements and compute nothing; each is linear."""

from __future__ import annotations

import math

import numpy as np

from ..errors import ShapeError
from ..op import linear, public
from ..operands import Operand, as_tensors
from ..shape import (
    Shape,
    broadcast_shapes,
    normalise_axes,
    normalise_shape,
    stretched_axes,
)
from ..tensor import Tensor

__all__ = ["broadcast_to", "matrix_transpose", "permute_dims", "reshape"]


def _broadcast_shape(x: Tensor, shape: Shape) -> Shape:
    if broadcast_shapes(x.shape, shape) != shape:
        raise ShapeError(f"broadcast_to: {x.shape} cannot be stretched to {shape}")
    return shape


def _summed_back(g: Tensor, x: Tensor, shape: Shape) -> Tensor:
    return g.sum(axis=stretched_axes(x.shape, shape), keepdims=True).reshape(*x.shape)


@linear(
    transpose=_summed_back,
    shape=_broadcast_shape,
    domain=lambda draw: [
        ((draw(3, 1),), {"shape": (2, 3, 4)}),
        ((draw(),), {"shape": (2, 3)}),
    ],
)
def _broadcast_to(x, *, shape):
    """Repeat elements along missing axes and axes of size 1 until `shape` is filled."""
    return np.broadcast_to(x, shape)


@public
def broadcast_to(x: Operand, shape: Shape) -> Tensor:
    """Repeat elements along missing axes and axes of size 1 until `shape` is filled.

    Raises
    ------
    ShapeError
        If `x` has an axis of another size, or more axes.
    """
    (x,) = as_tensors("broadcast_to", (x,))
    sizes = normalise_shape(shape, who="broadcast_to")
    if min(sizes, default=0) < 0:
        raise ShapeError(f"broadcast_to: sizes must not be negative, {sizes} came")
    return _broadcast_to(x, shape=sizes)


def _same_size(x: Tensor, shape: Shape) -> Shape:
    if math.prod(shape) != x.size:
        raise ShapeError(
            f"reshape: {x.shape} has {x.size} elements, {shape} has "
            f"{math.prod(shape)}; they must be equal"
        )
    return shape


@linear(
    transpose=lambda g, x, shape: reshape(g, x.shape),
    shape=_same_size,
    domain=lambda draw: [((draw(3, 4),), {"shape": (2, 6)})],
)
def _reshape(x, *, shape):
    """Keep the elements in row-major order and count them off into another shape."""
    return x.reshape(shape)


@public
def reshape(x: Operand, shape: Shape | list[int] | int) -> Tensor:
    """Keep the elements in row-major order and count them off into another shape.

    Parameters
    ----------
    shape : tuple of int
        One size may be -1: it becomes what the number of elements asks for.

    Raises
    ------
    ShapeError
        If the numbers of elements differ.
    """
    (x,) = as_tensors("reshape", (x,))
    sizes = normalise_shape(shape, who="reshape")
    rest = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) == 1 and rest and x.size % rest == 0:
        sizes = tuple(x.size // rest if size == -1 else size for size in sizes)
    if min(sizes, default=0) < 0:
        raise ShapeError(f"reshape: {x.shape} cannot become {shape}")
    return _reshape(x, shape=sizes)


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
    axes = normalise_shape(axes, who="permute_dims")
    if len(normalise_axes(axes, x.ndim, who="permute_dims")) != x.ndim:
        raise ShapeError(f"permute_dims: {tuple(axes)} is no order of {x.ndim} axes")
    return _permute_dims(x, axes=tuple(axis % x.ndim for axis in axes))


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
    return _permute_dims(x, axes=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))
