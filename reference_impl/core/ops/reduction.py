"""Ops that turn many elements into one.

The primitives keep the reduced axes with size 1, so their rules broadcast back without
asking which axes were meant; the public functions drop them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..dtype import FLOATS, INEXACT, NUMBERS, check_kind, wide_type
from ..op import Op, general, linear, public
from ..operands import Operand, as_tensors
from ..shape import Shape, normalise_axes
from ..tensor import Tensor
from .elementwise import exp
from .movement import _reshape, broadcast_to

__all__ = ["logsumexp", "mean", "sum"]

Axis = int | Sequence[int] | None


def _kept_shape(x: Tensor, axes: Shape) -> Shape:
    return tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))


def _reduced(op: Op, x: Operand, *, who: str, axis: Axis, keepdims: bool) -> Tensor:
    (x,) = as_tensors(who, (x,))
    axes = normalise_axes(axis, x.ndim, who=who)
    out = op(x, axes=axes)
    if keepdims or not axes:
        return out
    return _reshape(out, shape=tuple(n for a, n in enumerate(x.shape) if a not in axes))


@linear(
    transpose=lambda g, x, axes: broadcast_to(g, x.shape),
    shape=_kept_shape,
    kinds=NUMBERS,
    domain=lambda draw: [
        ((draw(3, 4),), {"axes": (1,)}),
        ((draw(3, 4),), {"axes": (0, 1)}),
    ],
)
def _sum(x, *, axes):
    """Add the elements along some axes and keep these with size 1."""
    total = x.sum(axes, dtype=wide_type(x.dtype), keepdims=True)
    return total.astype(x.dtype, copy=False)


@public
def sum(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Add the elements along some axes, all of them by default.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no numbers, or an axis is out of range.
    """
    return _reduced(_sum, x, who="sum", axis=axis, keepdims=keepdims)


@public
def mean(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Average the elements along some axes, all of them by default.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point numbers, or an axis is out of range.
    """
    (x,) = as_tensors("mean", (x,))
    check_kind(x.dtype, INEXACT, who="mean")
    axes = normalise_axes(axis, x.ndim, who="mean")
    count = math.prod(x.shape[a] for a in axes)
    return sum(x, axis=axis, keepdims=keepdims) / float(count)


def _logsumexp_jvp(tangents, out, x, axes):
    (t,) = tangents
    return _sum(t * exp(x - out), axes=axes)


@general(
    vjp=lambda g, out, x, axes: (g * exp(x - out),),
    jvp=_logsumexp_jvp,
    shape=_kept_shape,
    kinds=FLOATS,
    domain=lambda draw: [
        ((draw(3, 4),), {"axes": (1,)}),
        ((draw(3, 4),), {"axes": (0, 1)}),
    ],
)
def _logsumexp(x, *, axes):
    """Take the logarithm of the sum of exponentials along some axes.

    A primitive for accuracy: the largest element is taken out first, so that nothing
    overflows, and the derivative is the softmax without a division.
    """
    largest = x.max(axes, keepdims=True, initial=-np.inf)
    # An infinite maximum would make infinity minus infinity.
    largest = np.where(np.isfinite(largest), largest, 0).astype(x.dtype, copy=False)
    return largest + np.log(np.exp(x - largest).sum(axes, dtype=x.dtype, keepdims=True))


@public
def logsumexp(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Take the logarithm of the sum of exponentials along some axes.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point numbers, or an axis is out of range.
    """
    return _reduced(_logsumexp, x, who="logsumexp", axis=axis, keepdims=keepdims)
