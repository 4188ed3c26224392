"""Ops that turn many elements into one: sums, averages, counts, quantifiers.

A primitive takes the axes as a sorted tuple, and whether the result keeps them with
size 1. Its rules stretch what belongs to the result back to the shape of `x`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dtype import ANY, HALVES, INEXACT, SUPPORTED, bool_, total_type, wide_type
from ..kinds import constant, linear
from ..op import Rule, public
from ..operands import Operand, as_tensors
from ..shape import Axis, Shape, normalise_axes
from ..tensor import Tensor
from .elementwise.conversion import astype, converted
from .reshaping import _broadcast_to, _reshape

__all__ = ["all", "any", "count_nonzero", "mean", "sum"]

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


def _repeated_back(g: Tensor, x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    """The transpose of a sum repeats along the axes that were reduced."""
    return _broadcast_to(kept(g, x, axes, keepdims), shape=x.shape)


def reductions(draw: Rule) -> list[Any]:
    """The domain of ops that reduce any axes."""
    return [
        ((draw(3, 4),), {"axes": (1,), "keepdims": True}),
        ((draw(2, 3, 4),), {"axes": (0, 2), "keepdims": False}),
        ((draw(3, 4),), {"axes": (0, 1), "keepdims": False}),
    ]


@linear(
    transpose=_repeated_back,
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


def _averaged_back(g: Tensor, x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    """The transpose of a mean gives every element an equal part."""
    if x.dtype in HALVES:  # float16 holds no count above 65,504
        wide = g.astype(wide_type(x.dtype)) / float(count(x, axes))
        return _repeated_back(wide.astype(x.dtype), x, axes, keepdims)
    return _repeated_back(g / float(count(x, axes)), x, axes, keepdims)


@linear(
    transpose=_averaged_back,
    shape=reduced_shape,
    kinds=INEXACT,
    domain=reductions,
)
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
