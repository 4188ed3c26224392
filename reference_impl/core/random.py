"""Random numbers that are functions of a key: `reference_impl.random`.

A number depends on the key, on its position in the result counted in row-major order,
and on nothing else, so it is the same on every device and in every program. It is made
of random bits by ops: numbers that move with the parameters of their distribution have
derivatives by them.

Every function that draws uses its key up, unless it fails, and raises a `KeyReuseError`
if somebody has used it before.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .dtype import (
    INTEGERS,
    UNSIGNED,
    Dtype,
    as_dtype,
    check_kind,
    float32,
    int64,
    uint32,
    uint64,
    wide_type,
)
from .errors import DtypeError, RangeError, ShapeError
from .keys import Key, clone, fold_in, key, split, use
from .operands import Operand, as_tensors
from .ops.elementwise import astype, cos, log, log1p, sin, sqrt
from .ops.extremes import argmax, check_nonempty, max
from .ops.gathering import take
from .ops.joining import concat
from .ops.permuting import moveaxis
from .ops.reshaping import reshape
from .ops.slicing import along
from .ops.sorting import argsort
from .ops.threefry import _bits
from .parameters import common_shape, floating, integer, joining, known_elements
from .shape import Shape, normalise_axes
from .tensor import Tensor
from .unit_interval import open_unit, unit

__all__ = [
    "Key",
    "bernoulli",
    "bits",
    "categorical",
    "clone",
    "fold_in",
    "integers",
    "key",
    "normal",
    "permutation",
    "split",
    "uniform",
]


def bits(key: Key, shape: Shape | int = (), *, dtype: Any = uint32) -> Tensor:
    """Integers whose binary digits are each 0 or 1, with equal probability.

    Raises
    ------
    DtypeError, ShapeError
        If the dtype is not unsigned, or a size is negative.

    Notes
    -----
    64 bits are a block of the cipher; fewer are the last ones of the exclusive or of
    its halves. They are the bits of JAX's `random.bits`.
    """
    sizes, wanted = common_shape("bits", shape), as_dtype(dtype)
    if wanted not in UNSIGNED:
        raise DtypeError(f"bits: an unsigned dtype is needed, {wanted} came")
    with use(key, "bits") as words:
        return _bits(words, shape=sizes, dtype=wanted)


def uniform(
    key: Key,
    shape: Shape | int | None = None,
    *,
    low: Operand = 0.0,
    high: Operand = 1.0,
    dtype: Any = float32,
) -> Tensor:
    """Numbers that are equally likely everywhere from `low` to `high`.

    Parameters
    ----------
    shape : tuple of int
        By default that of the bounds, which must broadcast to it.

    Raises
    ------
    RangeError
        If the bounds are known, and in the dtype `low` is not below `high`, or the
        distance between them is not finite.
    DtypeError, ShapeError
        If the dtype is not floating-point, the bounds are no real numbers, or they do
        not fit the shape.

    Notes
    -----
    From 0 to 1 they are the multiples of 2**-11 in float16, of 2**-8 in bfloat16, of
    2**-24 in float32 and of 2**-53 in float64; 0 is among them and 1 is not. Between
    other bounds, rounding can reach `high`.
    """
    wanted = floating("uniform", dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # an error says it better
        first, last = (joining("uniform", bound, wanted) for bound in (low, high))
        sizes = common_shape("uniform", shape, first, last)
        width = joining("uniform", last - first, wanted)
        known = known_elements("uniform", width, 1.0)
        is_right = np.all((known > 0) & (known < math.inf))
    if not is_right:
        raise RangeError(
            f"uniform: low must be below high, and high - low finite in {wanted}; "
            f"{low} and {high} came"
        )
    with use(key, "uniform") as words:
        return first + width * unit(words, sizes, wanted)


def normal(
    key: Key,
    shape: Shape | int | None = None,
    *,
    mean: Operand = 0.0,
    std: Operand = 1.0,
    dtype: Any = float32,
) -> Tensor:
    """Numbers that follow the normal distribution.

    Parameters
    ----------
    mean, std : number or tensor
        Its centre and its standard deviation.
    shape : tuple of int
        By default that of the parameters, which must broadcast to it.

    Raises
    ------
    RangeError
        If the standard deviation is known and negative.
    DtypeError, ShapeError
        If the dtype is not floating-point, the parameters are no real numbers, or they
        do not fit the shape.

    Notes
    -----
    Source: Box and Muller 1958, "A note on the generation of random normal deviates":
    a point of the plane at a random angle, whose distance from the centre makes both
    coordinates normal. In float32 no number lies further out than 6.8, in float64 than
    9.5 standard deviations; 16-bit floats are rounded from float32.
    """
    wanted = floating("normal", dtype)
    centre, deviation = (joining("normal", each, wanted) for each in (mean, std))
    sizes = common_shape("normal", shape, centre, deviation)
    if not np.all(known_elements("normal", deviation, 0.0) >= 0):
        raise RangeError(f"normal: std must not be negative, {std} came")
    with use(key, "normal") as words:
        out = astype(_standard_normal(words, sizes, wide_type(wanted)), wanted)
        return centre + deviation * out


def _standard_normal(words: Tensor, shape: Shape, dtype: Dtype) -> Tensor:
    """Normal numbers around 0 with the standard deviation 1, two from a point."""
    count = math.prod(shape)
    fractions = open_unit(words, ((count + 1) // 2, 2), dtype)
    angle = along(fractions, 1, 1, 2) * (2 * math.pi)
    distance = sqrt(-2.0 * log(along(fractions, 1, 0, 1)))
    points = distance * concat([cos(angle), sin(angle)], axis=1)
    return reshape(along(reshape(points, (-1,)), 0, 0, count), shape)


def bernoulli(key: Key, p: Operand = 0.5, shape: Shape | int | None = None) -> Tensor:
    """Booleans that are true with probability `p`; there is no derivative.

    Parameters
    ----------
    p : number or tensor
        In [0, 1]; 0 is never and 1 is always true.
    shape : tuple of int
        By default that of `p`, which must broadcast to it.

    Raises
    ------
    RangeError
        If a probability is known and lies outside of [0, 1].
    DtypeError, ShapeError
        If the probabilities are no real numbers, or do not fit the shape.
    """
    dtype = float32
    if type(p) not in (int, float):
        (p,) = as_tensors("bernoulli", (p,))
        dtype = wide_type(floating("bernoulli", p.dtype))
    sizes = common_shape("bernoulli", shape, p)
    known = known_elements("bernoulli", p, 0.5)
    if not np.all((known >= 0) & (known <= 1)):
        raise RangeError(f"bernoulli: p must lie in [0, 1], {p} came")
    with use(key, "bernoulli") as words:
        return unit(words, sizes, dtype) < joining("bernoulli", p, dtype)


def integers(
    key: Key,
    shape: Shape | int = (),
    *,
    low: int = 0,
    high: int,
    dtype: Any = int64,
) -> Tensor:
    """Whole numbers from `low` to below `high`, equally likely.

    Raises
    ------
    RangeError
        If there are no such numbers, or the dtype cannot hold them.
    DtypeError, ShapeError
        If the dtype or a bound is not integer, or a size is negative.

    Notes
    -----
    They are remainders of 64-bit numbers: for n different results, the probabilities
    differ from 1/n by at most n/2**64 of it.
    """
    sizes, wanted = common_shape("integers", shape), as_dtype(dtype)
    check_kind(wanted, INTEGERS, who="integers")
    first, end = integer("integers: low", low), integer("integers: high", high)
    limits = np.iinfo(wanted)
    if not limits.min <= first < end <= limits.max + 1:
        raise RangeError(
            f"integers: low must be below high and {wanted} must hold both, "
            f"{first} and {end} came"
        )
    with use(key, "integers") as words:
        whole = _bits(words, shape=sizes, dtype=uint64)
        if end - first < 2**64:
            whole = whole % (end - first)
        widest = uint64 if wanted == uint64 else int64
        return astype(astype(whole, widest) + first, wanted)


def permutation(key: Key, x: int | Operand) -> Tensor:
    """The rows of a tensor, or the numbers below an integer, in a random order.

    Every order is equally likely. The derivative goes to where a row came from.

    Raises
    ------
    ShapeError
        If the tensor has no axes.
    RangeError
        If the integer is negative.
    """
    if isinstance(x, (int, np.integer)):
        if x < 0:
            raise RangeError(f"permutation: the number must not be negative, {x} came")
        with use(key, "permutation") as words:
            return _order(words, int(x))
    (x,) = as_tensors("permutation", (x,))
    if not x.shape:
        raise ShapeError(
            "permutation: a tensor with rows is needed, one without axes came"
        )
    with use(key, "permutation") as words:
        return take(x, _order(words, x.shape[0]), axis=0)


def _order(words: Tensor, size: int) -> Tensor:
    # 64 digits: among a million elements two are equal once in 40 million times.
    return argsort(_bits(words, shape=(size,), dtype=uint64))


def categorical(
    key: Key, logits: Operand, *, axis: int = -1, shape: Shape | int | None = None
) -> Tensor:
    """Positions along an axis, whose probabilities are the softmax of the logits.

    Parameters
    ----------
    shape : tuple of int
        By default that of the logits without the axis, which must broadcast to it.

    Raises
    ------
    DtypeError, ShapeError
        If the logits are not floating-point, there are none along the axis, or they do
        not fit the shape.
    RangeError
        If the logits are known and have no softmax: one is infinite or not a number, or
        all along the axis are minus infinity.

    Notes
    -----
    Source: Gumbel 1954, "Statistical theory of extreme values": the largest of logits
    with noise -log(E), where E is exponential, is at each position with just that
    probability. Positions with a logit of minus infinity are never drawn.

    Logits without a softmax that are not known, while a function is captured, give the
    first position of a NaN, else of infinity, else 0.
    """
    (logits,) = as_tensors("categorical", (logits,))
    wide = wide_type(floating("categorical", logits.dtype))
    (axis,) = normalise_axes((axis,), logits.ndim, who="categorical")
    check_nonempty(logits, (axis,), who="categorical")
    logits = moveaxis(astype(logits, wide), axis, -1)
    sizes = common_shape("categorical", shape, np.empty(logits.shape[:-1]))
    _check_softmax(logits, axis)
    with use(key, "categorical") as words:
        fractions = open_unit(words, (*sizes, logits.shape[-1]), wide)
        # Not log(fraction): the fractions are fine towards 0, and so is E this way.
        exponential = -log1p(-fractions)
        return argmax(logits - log(exponential), axis=-1)


def _check_softmax(logits: Tensor, axis: int) -> None:
    """Raise a `RangeError` if logits are known whose softmax is not a number."""
    largest = np.asarray(known_elements("categorical", max(logits, axis=-1), 0.0))
    wrong = largest[~np.isfinite(largest)]
    if wrong.size:
        raise RangeError(
            f"categorical: the largest logit along axis {axis} must be finite, "
            f"{wrong[0]} came"
        )
