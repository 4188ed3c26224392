"""Sizes and spreads: norms, variances, quantiles.

All but the Euclidean norm are composed of other functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dtype import FLOATS, HALVES, INEXACT, check_kind, real_type, wide_type
from ..errors import RangeError, ShapeError
from ..kinds import general
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import Axis, Shape, axis_number
from ..tensor import Tensor
from .complex_numbers import conj, real
from .elementwise import astype, divide, equal, not_equal, where
from .extremes import check_nonempty, max, min
from .reduction import (
    _sum,
    count,
    count_nonzero,
    kept,
    mean,
    prepared,
    reduced_shape,
    reductions,
    sum,
)
from .reshaping import reshape
from .slicing import along
from .sorting import sort

__all__ = ["median", "norm", "quantile", "std", "var"]


def _direction(out: Tensor, x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    """The unit vector along `x`, and where `x` is zero, zero."""
    length = kept(out, x, axes, keepdims)
    # Not by a choice of the quotient: this way all its derivatives are zero as well.
    return divide(x, where(equal(length, 0), math.inf, length))


def _norm_jvp(tangents, out, x, axes, keepdims):
    along_x = real(conj(_direction(out, x, axes, keepdims)) * tangents[0])
    return _sum(along_x, axes=axes, keepdims=keepdims)


@general(
    vjp=lambda g, out, x, axes, keepdims: (
        kept(g, x, axes, keepdims) * _direction(out, x, axes, keepdims),
    ),
    jvp=_norm_jvp,
    shape=reduced_shape,
    dtype=lambda x, axes, keepdims: real_type(x.dtype),
    kinds=INEXACT,
    domain=reductions,
)
def _norm(x, *, axes, keepdims):
    """Take the square root of the sum of squares along some axes.

    A primitive for its derivative where all elements are zero.
    """
    wide = x.astype(wide_type(x.dtype), copy=False)
    squares = (np.conj(wide) * wide).real
    length = np.sqrt(np.add.reduce(squares, axes, keepdims=keepdims))
    return length.astype(x.dtype) if x.dtype in HALVES else length


@public
def norm(
    x: Operand, *, axis: Axis = None, keepdims: bool = False, ord: float = 2
) -> Tensor:
    """Measure vectors: the p-th root of the sum of the p-th powers of the sizes.

    Parameters
    ----------
    ord : float
        The p. With 2, the Euclidean length; with 1, the sum of the sizes; with
        infinity, the largest of them and with minus infinity, the smallest; with 0, the
        number of elements that are not zero.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are integers, or an axis is out of range.

    Notes
    -----
    From `ord` 1 on, the derivative where all elements are zero is zero, the smallest
    subgradient, as in PyTorch. JAX and TensorFlow have NaN there for `ord` 2.
    """
    x, axes = prepared("norm", x, axis)
    check_kind(x.dtype, INEXACT, who="norm")
    if ord == 2:
        return _norm(x, axes=axes, keepdims=keepdims)
    length = _other_norm(astype(x, wide_type(x.dtype)), axes, keepdims, ord)
    return astype(length, real_type(x.dtype))


def _other_norm(x: Tensor, axes: Shape, keepdims: bool, ord: float) -> Tensor:
    options: Any = {"axis": axes, "keepdims": keepdims}
    if ord == 0:
        return count_nonzero(x, **options)
    combined = {1: sum, math.inf: max, -math.inf: min}.get(ord)
    if combined in (max, min):
        check_nonempty(x, axes, who="norm")
    if combined is not None:
        return combined(abs(x), **options)
    total = sum(abs(x) ** ord, **options)
    if ord < 0:
        return total ** (1 / ord)
    is_zero = equal(total, 0)
    return where(is_zero, 0, where(is_zero, 1, total) ** (1 / ord))


def _deviations(who: str, x: Operand, axis: Axis) -> tuple[Tensor, Shape]:
    """The elements, less their average along the axes."""
    x, axes = prepared(who, x, axis)
    check_kind(x.dtype, INEXACT, who=who)
    wide = astype(x, wide_type(x.dtype))
    return wide - mean(wide, axis=axes, keepdims=True), axes


def _freedom(x: Tensor, axes: Shape, correction: float) -> float:
    """By how much the squares are divided; 0 where that would be less than nothing."""
    freedom = count(x, axes) - correction
    return float(freedom) if freedom > 0 else 0.0


@public
def var(
    x: Operand, *, axis: Axis = None, correction: float = 0, keepdims: bool = False
) -> Tensor:
    """Average the squared distances from the mean along some axes.

    Parameters
    ----------
    correction : float
        The sum is divided by the number of elements less this. With 1, the variance of
        a population is estimated from a sample without bias.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are integers, or an axis is out of range.

    Notes
    -----
    In two passes: the mean comes first, so that a spread that is small beside the mean
    keeps its digits. Without more elements than `correction`, the sum is divided by
    zero. The variance of complex elements is a real number.
    """
    (x,) = as_tensors("var", (x,))
    distances, axes = _deviations("var", x, axis)
    squares = real(conj(distances) * distances)
    total = sum(squares, axis=axes, keepdims=keepdims)
    return astype(total / _freedom(x, axes, correction), real_type(x.dtype))


@public
def std(
    x: Operand, *, axis: Axis = None, correction: float = 0, keepdims: bool = False
) -> Tensor:
    """Take the square root of the variance; see `var`.

    Notes
    -----
    The derivative where all elements are equal is zero, as in PyTorch, because that of
    the norm at zero is. The formula alone would divide zero by zero.
    """
    (x,) = as_tensors("std", (x,))
    distances, axes = _deviations("std", x, axis)
    length = norm(distances, axis=axes, keepdims=keepdims)
    scale = math.sqrt(_freedom(x, axes, correction))
    return astype(length / scale, real_type(x.dtype))


@public
def quantile(
    x: Operand, q: float, *, axis: int | None = None, keepdims: bool = False
) -> Tensor:
    """Find what the part `q` of the elements along an axis does not exceed.

    Between two elements the result lies on a straight line. Where an element is not a
    number, neither is the result.

    Parameters
    ----------
    q : float
        In [0, 1]: 0 for the smallest element, 1 for the largest.
    axis : int, optional
        Without it, all elements are meant.

    Raises
    ------
    RangeError, DtypeError, ShapeError
        If `q` lies outside, the elements are no real floating-point numbers, the axis
        is out of range or has no elements.
    """
    if not 0 <= q <= 1:
        raise RangeError(f"quantile: q must lie in [0, 1], {q} came")
    return _quantile("quantile", x, q, axis, keepdims)


def _quantile(
    who: str, x: Operand, q: float, axis: int | None, keepdims: bool
) -> Tensor:
    (x,) = as_tensors(who, (x,))
    check_kind(x.dtype, FLOATS, who=who)
    a = 0 if axis is None else axis_number(axis, x.ndim, who=who)
    ordered = sort(reshape(x, (-1,)) if axis is None else x, axis=a)
    size = ordered.shape[a]
    if size == 0:
        raise ShapeError(f"{who}: elements are needed, the shape is {x.shape}")
    last = along(ordered, a, size - 1, size)  # NaN, if one is
    out = where(not_equal(last, last), last, _between(ordered, q * (size - 1), a))
    shape = reduced_shape(x, tuple(range(x.ndim)) if axis is None else (a,), keepdims)
    return reshape(out, shape)


def _between(x: Tensor, place: float, axis: int) -> Tensor:
    """The number at a place along an axis that may lie between two elements."""
    whole = math.floor(place)
    below = along(x, axis, whole, whole + 1)
    if place == whole:
        return below
    above = along(x, axis, whole + 1, whole + 2)
    # Equal neighbours may be infinite, and their difference no number.
    is_flat = equal(above, below)
    gap = where(is_flat, 0, above) - where(is_flat, 0, below)
    return below + gap * (place - whole)


@public
def median(x: Operand, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Find the middle element along an axis, or the average of the two; see `quantile`.

    Two elements in the middle share the derivative evenly.
    """
    return _quantile("median", x, 0.5, axis, keepdims)
