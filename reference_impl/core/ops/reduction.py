"""Ops that turn many elements into one: sums, averages, products, counts.

A primitive takes the axes as a sorted tuple, and whether the result keeps them with
size 1. Its rules stretch what belongs to the result back to the shape of `x`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dtype import ANY, HALVES, INEXACT, SUPPORTED, bool_, total_type, wide_type
from ..kinds import constant, general, linear
from ..op import Rule, public
from ..operands import Operand, as_tensors
from ..shape import Shape, normalise_axes
from ..tensor import Tensor
from .complex_numbers import conj
from .creation import ones_like
from .cumulative import converted, products_of_others
from .elementwise import astype
from .reshaping import Axis, _broadcast_to, _reshape

__all__ = ["all", "any", "count_nonzero", "mean", "prod", "sum"]

# The type in which many elements are combined.
_WIDE = {dtype: wide_type(total_type(dtype)) for dtype in SUPPORTED}


def prepared(who: str, x: Operand, axis: Axis) -> tuple[Tensor, Shape]:
    """A tensor, and the axes that are meant as a sorted tuple."""
    (x,) = as_tensors(who, (x,))
    return x, normalise_axes(axis, len(x.shape), who=who)


def reduced_shape(x: Any, axes: Shape, keepdims: bool) -> Shape:
    """The shape of `x` after a reduction."""
    if keepdims:
        return tuple(1 if a in axes else size for a, size in enumerate(x.shape))
    return tuple(size for a, size in enumerate(x.shape) if a not in axes)


def kept(out: Tensor, x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    """A reduced tensor in a shape that stretches to that of `x`."""
    if keepdims or not out.shape:
        return out
    return _reshape(out, shape=reduced_shape(x, axes, True))


def stretched(g: Tensor, x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    """A reduced tensor, repeated along the axes that were reduced."""
    return _broadcast_to(kept(g, x, axes, keepdims), shape=x.shape)


def reductions(draw: Rule) -> list[Any]:
    """The domain of ops that reduce any axes."""
    return [
        ((draw(3, 4),), {"axes": (1,), "keepdims": True}),
        ((draw(2, 3, 4),), {"axes": (0, 2), "keepdims": False}),
        ((draw(3, 4),), {"axes": (0, 1), "keepdims": False}),
    ]


@linear(
    transpose=stretched,
    shape=reduced_shape,
    dtype=lambda x, axes, keepdims: total_type(x.dtype),
    domain=reductions,
)
def _sum(x, *, axes, keepdims):
    """Add the elements along some axes."""
    total = np.add.reduce(x, axes, _WIDE[x.dtype], keepdims=keepdims)
    return total.astype(x.dtype) if x.dtype in HALVES else total


@public
def sum(
    x: Operand, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False
) -> Tensor:
    """Add the elements along some axes, all of them by default.

    Parameters
    ----------
    dtype : dtype or str, optional
        What the elements are converted to first. Without it, integers and booleans
        become int64 or uint64; 16-bit floats are added in float32 and rounded once.

    Raises
    ------
    ShapeError
        If an axis is out of range.
    """
    x, axes = prepared("sum", x, axis)
    return _sum(converted(x, dtype), axes=axes, keepdims=keepdims)


@public
def count_nonzero(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Count the elements that are not zero along some axes, all of them by default."""
    x, axes = prepared("count_nonzero", x, axis)
    return _sum(astype(x, bool_), axes=axes, keepdims=keepdims)


def count(x: Any, axes: Shape) -> int:
    """How many elements of `x` make one of the result."""
    return math.prod(x.shape[axis] for axis in axes)


def _shared(g: Tensor, x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    if x.dtype in HALVES:  # float16 holds no count above 65,504
        wide = g.astype(wide_type(x.dtype)) / float(count(x, axes))
        return stretched(wide.astype(x.dtype), x, axes, keepdims)
    return stretched(g / float(count(x, axes)), x, axes, keepdims)


@linear(transpose=_shared, shape=reduced_shape, kinds=INEXACT, domain=reductions)
def _mean(x, *, axes, keepdims):
    """Average the elements along some axes.

    A primitive because the sum of 16-bit floats can overflow where the mean does not.
    """
    total = np.add.reduce(x, axes, _WIDE[x.dtype], keepdims=keepdims)
    average = total / count(x, axes)
    return average.astype(x.dtype) if x.dtype in HALVES else average


@public
def mean(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Average the elements along some axes, all of them by default.

    The mean of no elements is not a number.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are integers, or an axis is out of range.
    """
    x, axes = prepared("mean", x, axis)
    return _mean(x, axes=axes, keepdims=keepdims)


def _others(x: Tensor, axes: Shape) -> Tensor:
    """For every element, the product of those that it is multiplied with."""
    others = ones_like(x)
    for axis in axes:
        others = others * products_of_others(x, axis)
        x = _prod(x, axes=(axis,), keepdims=True)
    return others


def _prod_vjp(g, out, x, axes, keepdims):
    return (kept(g, x, axes, keepdims) * conj(_others(x, axes)),)


def _prod_jvp(tangents, out, x, axes, keepdims):
    return _sum(tangents[0] * _others(x, axes), axes=axes, keepdims=keepdims)


def _factors(draw):
    with_zero = draw(3, 3)
    with_zero[1, 2] = 0
    return [
        ((with_zero,), {"axes": (1,), "keepdims": True}),
        ((draw(2, 3, 2),), {"axes": (0, 2), "keepdims": False}),
        ((draw(2, 2),), {"axes": (0, 1), "keepdims": False}),
    ]


@general(
    vjp=_prod_vjp,
    jvp=_prod_jvp,
    shape=reduced_shape,
    dtype=lambda x, axes, keepdims: total_type(x.dtype),
    kinds=ANY,
    domain=_factors,
)
def _prod(x, *, axes, keepdims):
    """Multiply the elements along some axes."""
    product = np.multiply.reduce(x, axes, _WIDE[x.dtype], keepdims=keepdims)
    return product.astype(x.dtype) if x.dtype in HALVES else product


@public
def prod(
    x: Operand, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False
) -> Tensor:
    """Multiply the elements along some axes, all of them by default.

    Parameters and errors are those of `sum`.

    Notes
    -----
    Derivatives of any order are exact where elements are zero: they are made of
    products of the other elements, and nothing is divided.
    """
    x, axes = prepared("prod", x, axis)
    return _prod(converted(x, dtype), axes=axes, keepdims=keepdims)


_question = constant(
    shape=reduced_shape,
    dtype=lambda x, axes, keepdims: bool_,
    kinds=ANY,
    domain=reductions,
)


@_question
def _any(x, *, axes, keepdims):
    """Say whether any element along some axes is not zero."""
    return np.logical_or.reduce(x, axes, keepdims=keepdims)


@public
def any(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Say whether any element along some axes is not zero; of none, none is.

    Raises
    ------
    ShapeError
        If an axis is out of range.
    """
    x, axes = prepared("any", x, axis)
    return _any(x, axes=axes, keepdims=keepdims)


@_question
def _all(x, *, axes, keepdims):
    """Say whether no element along some axes is zero."""
    return np.logical_and.reduce(x, axes, keepdims=keepdims)


@public
def all(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Say whether no element along some axes is zero; see `any`. Of none, none is."""
    x, axes = prepared("all", x, axis)
    return _all(x, axes=axes, keepdims=keepdims)
