"""Sizes and spreads: norms, variances, quantiles.

All but the Euclidean norm are composed of other functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..dtype import FLOATS, HALVES, INEXACT, check_kind, real_type, wide_type
from ..errors import RangeError
from ..kinds import general
from ..number import real_number
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import Axis, Shape
from ..tensor import Tensor
from .complex_numbers import conj, real
from .elementwise import astype, divide, equal, not_equal, where
from .extremes import check_nonempty, max, min
from .permuting import reordered
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
from .reshaping import _reshape
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
    ord = real_number("norm: ord", ord)
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


def _freedom(who: str, x: Tensor, axes: Shape, correction: float) -> float:
    """By how much the squares are divided; 0 where that would be less than nothing."""
    freedom = count(x, axes) - real_number(f"{who}: correction", correction)
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
    GradientError
        If a derivative is about `correction`, which has none.

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
    return astype(total / _freedom("var", x, axes, correction), real_type(x.dtype))


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
    scale = math.sqrt(_freedom("std", x, axes, correction))
    return astype(length / scale, real_type(x.dtype))


@public
def quantile(
    x: Operand, q: float, *, axis: Axis = None, keepdims: bool = False
) -> Tensor:
    """Find what the part `q` of the elements along some axes does not exceed.

    Between two elements the result lies on a straight line. Where an element is not a
    number, neither is the result.

    Parameters
    ----------
    q : float
        In [0, 1]: 0 for the smallest element, 1 for the largest.
    axis : int or sequence of int, optional
        Without it, all elements are meant.

    Raises
    ------
    RangeError, DtypeError, ShapeError
        If `q` lies outside or is no number, the elements are no real floating-point
        numbers, an axis is out of range or there are no elements along it.
    GradientError
        If a derivative is about `q`, which has none.
    """
    part = real_number("quantile: q", q)
    if not 0 <= part <= 1:
        raise RangeError(f"quantile: q must lie in [0, 1], {q} came")
    return _quantile("quantile", x, part, axis, keepdims)


def _quantile(who: str, x: Operand, q: float, axis: Axis, keepdims: bool) -> Tensor:
    x, axes = prepared(who, x, axis)
    check_kind(x.dtype, FLOATS, who=who)
    check_nonempty(x, axes, who=who)
    rest, size = [a for a in range(x.ndim) if a not in axes], count(x, axes)
    moved = reordered(x, (*rest, *axes))
    ordered = sort(_reshape(moved, shape=(*(x.shape[a] for a in rest), size)))
    last = along(ordered, -1, size - 1, size)  # NaN, if one is
    out = where(not_equal(last, last), last, _between(ordered, q * (size - 1)))
    return _reshape(out, shape=reduced_shape(x, axes, keepdims))


def _between(x: Tensor, place: float) -> Tensor:
    """The number at a place of the last axis that may lie between two elements."""
    whole = math.floor(place)
    below = along(x, -1, whole, whole + 1)
    if place == whole:
        return below
    above = along(x, -1, whole + 1, whole + 2)
    # Equal neighbours may be infinite, and their difference no number.
    is_flat = equal(above, below)
    gap = where(is_flat, 0, above) - where(is_flat, 0, below)
    return below + gap * (place - whole)


@public
def median(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Find the middle element along axes, or the average of the two; see `quantile`.

    Two elements in the middle share the derivative evenly.
    """
    return _quantile("median", x, 0.5, axis, keepdims)
