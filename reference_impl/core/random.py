"""Random numbers that are functions of a key: `reference_impl.random`.

A number depends on the key, on its position in the result counted in row-major order,
and on nothing else, so it is the same on every device and in every program. It is made
of random bits by ops: numbers that move with the parameters of their distribution have
derivatives by them.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

import numpy as np

from .dtype import (
    FLOATS,
    INTEGERS,
    UNSIGNED,
    Dtype,
    as_dtype,
    bfloat16,
    check_kind,
    float16,
    float32,
    float64,
    int64,
    uint16,
    uint32,
    uint64,
    wide_type,
)
from .errors import DtypeError, RangeError, ShapeError
from .keys import Key, clone, fold_in, key, split, use
from .operands import Operand, as_tensors
from .ops.elementwise import astype, cos, log, log1p, sin, sqrt
from .ops.extremes import argmax
from .ops.gathering import take
from .ops.joining import concat
from .ops.movement import moveaxis, reshape
from .ops.slicing import along
from .ops.sorting import argsort
from .ops.threefry import _bits
from .shape import Shape, broadcast_shapes, normalise_axes, normalise_shape
from .tensor import Tensor, value

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

# The words that numbers of a dtype are made of, and how many of their binary digits it
# can hold for all numbers below 1.
WORDS: dict[Dtype, Dtype] = {
    float16: uint16,
    bfloat16: uint16,
    float32: uint32,
    float64: uint64,
}
DIGITS = {float16: 11, bfloat16: 8, float32: 24, float64: 53}


def bits(key: Key, shape: Shape | int = (), *, dtype: Any = uint32) -> Tensor:
    """Integers whose binary digits are each 0 or 1, with equal probability.

    Raises
    ------
    KeyReuseError
        If the key was used before.
    DtypeError, ShapeError
        If the dtype is not unsigned, or a size is negative.

    Notes
    -----
    64 bits are a block of the cipher; fewer are the last ones of the exclusive or of
    its halves. They are the bits of JAX's `random.bits`.
    """
    sizes, wanted = _sizes("bits", shape), as_dtype(dtype)
    if wanted not in UNSIGNED:
        raise DtypeError(f"bits: an unsigned dtype is needed, {wanted} came")
    return _bits(use(key, "bits"), shape=sizes, dtype=wanted)


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
    KeyReuseError
        If the key was used before.
    RangeError
        If the bounds are known and `low` is not below `high`.
    DtypeError, ShapeError
        If the dtype is not floating-point, or the bounds do not fit the shape.

    Notes
    -----
    From 0 to 1 they are the multiples of 2**-11 in float16, of 2**-8 in bfloat16, of
    2**-24 in float32 and of 2**-53 in float64; 0 is among them and 1 is not. Between
    other bounds, rounding can reach `high`.
    """
    wanted = _floating("uniform", dtype)
    sizes = _sizes("uniform", shape, low, high)
    if not np.all(_known(low, -math.inf) < _known(high, math.inf)):
        raise RangeError(f"uniform: low must be below high, {low} and {high} came")
    first, last = _joining(low, wanted), _joining(high, wanted)
    return first + (last - first) * _unit(use(key, "uniform"), sizes, wanted)


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
    KeyReuseError
        If the key was used before.
    RangeError
        If the standard deviation is known and negative.
    DtypeError, ShapeError
        If the dtype is not floating-point, or the parameters do not fit the shape.

    Notes
    -----
    Source: Box and Muller 1958, "A note on the generation of random normal deviates":
    a point of the plane at a random angle, whose distance from the centre makes both
    coordinates normal. In float32 no number lies further out than 6.8, in float64 than
    9.5 standard deviations; 16-bit floats are rounded from float32.
    """
    wanted = _floating("normal", dtype)
    sizes = _sizes("normal", shape, mean, std)
    if not np.all(_known(std, 0.0) >= 0):
        raise RangeError(f"normal: std must not be negative, {std} came")
    count, wide = math.prod(sizes), wide_type(wanted)
    fractions = _open(use(key, "normal"), ((count + 1) // 2, 2), wide)
    angle = along(fractions, 1, 1, 2) * (2 * math.pi)
    distance = sqrt(-2.0 * log(along(fractions, 1, 0, 1)))
    points = distance * concat([cos(angle), sin(angle)], axis=1)
    unit = reshape(along(reshape(points, (-1,)), 0, 0, count), sizes)
    return _joining(mean, wanted) + _joining(std, wanted) * astype(unit, wanted)


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
    KeyReuseError
        If the key was used before.
    RangeError
        If a probability is known and lies outside of [0, 1].
    DtypeError, ShapeError
        If the probabilities are no real numbers, or do not fit the shape.
    """
    sizes = _sizes("bernoulli", shape, p)
    known = np.asarray(_known(p, 0.5))
    if not np.all((known >= 0) & (known <= 1)):
        raise RangeError(f"bernoulli: p must lie in [0, 1], {p} came")
    dtype = float32
    if type(p) not in (int, float):
        (p,) = as_tensors("bernoulli", (p,))
        dtype = wide_type(_floating("bernoulli", p.dtype))
    return _unit(use(key, "bernoulli"), sizes, dtype) < _joining(p, dtype)


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
    KeyReuseError
        If the key was used before.
    RangeError
        If there are no such numbers, or the dtype cannot hold them.
    DtypeError, ShapeError
        If the dtype is not integer, or a size is negative.

    Notes
    -----
    They are remainders of 64-bit numbers: for n different results, the probabilities
    differ from 1/n by at most n/2**64 of it.
    """
    sizes, wanted = _sizes("integers", shape), as_dtype(dtype)
    check_kind(wanted, INTEGERS, who="integers")
    limits, count = np.iinfo(wanted), index(high) - index(low)
    if not limits.min <= low < high <= limits.max + 1:
        raise RangeError(
            f"integers: low must be below high and {wanted} must hold both, "
            f"{low} and {high} came"
        )
    whole = _bits(use(key, "integers"), shape=sizes, dtype=uint64)
    if count < 2**64:
        whole = whole % count
    widest = uint64 if wanted == uint64 else int64
    return astype(astype(whole, widest) + low, wanted)


def permutation(key: Key, x: int | Operand) -> Tensor:
    """The rows of a tensor, or the numbers below an integer, in a random order.

    Every order is equally likely. The derivative goes to where a row came from.

    Raises
    ------
    KeyReuseError
        If the key was used before.
    ShapeError
        If the tensor has no axes.
    RangeError
        If the integer is negative.
    """
    if isinstance(x, (int, np.integer)):
        if x < 0:
            raise RangeError(f"permutation: the number must not be negative, {x} came")
        return _order(key, index(x))
    (x,) = as_tensors("permutation", (x,))
    if not x.shape:
        raise ShapeError(
            "permutation: a tensor with rows is needed, one without axes came"
        )
    return take(x, _order(key, x.shape[0]), axis=0)


def _order(key: Key, size: int) -> Tensor:
    # 64 digits: among a million elements two are equal once in 40 million times.
    return argsort(_bits(use(key, "permutation"), shape=(size,), dtype=uint64))


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
    KeyReuseError
        If the key was used before.
    DtypeError, ShapeError
        If the logits are not floating-point, or do not fit the shape.

    Notes
    -----
    Source: Gumbel 1954, "Statistical theory of extreme values": the largest of logits
    with noise -log(E), where E is exponential, is at each position with just that
    probability. Positions with a logit of minus infinity are never drawn.
    """
    (logits,) = as_tensors("categorical", (logits,))
    wide = wide_type(_floating("categorical", logits.dtype))
    (axis,) = normalise_axes((axis,), logits.ndim, who="categorical")
    logits = moveaxis(astype(logits, wide), axis, -1)
    sizes = _sizes("categorical", shape, np.empty(logits.shape[:-1]))
    fractions = _open(use(key, "categorical"), (*sizes, logits.shape[-1]), wide)
    # Not log(fraction): the fractions are fine towards 0, and so is E this way.
    exponential = -log1p(-fractions)
    return argmax(logits - log(exponential), axis=-1)


def _floating(who: str, dtype: Any) -> Dtype:
    wanted = as_dtype(dtype)
    check_kind(wanted, FLOATS, who=who)
    return wanted


def _sizes(who: str, shape: Shape | int | None, *parameters: Operand) -> Shape:
    """The shape asked for, or without one that of the parameters.

    Raises
    ------
    ShapeError
        If a size is negative, or a parameter does not broadcast to the shape.
    """
    sizes = normalise_shape(() if shape is None else shape, who=who)
    if min(sizes, default=0) < 0:
        raise ShapeError(f"{who}: sizes must not be negative, {sizes} came")
    try:
        common = broadcast_shapes(sizes, *map(np.shape, parameters))
    except ShapeError as error:
        raise ShapeError(f"{who}: {error}") from None
    if shape is not None and common != sizes:
        raise ShapeError(f"{who}: the parameters need shape {common}, {sizes} came")
    return common


def _known(parameter: Operand, otherwise: float) -> Any:
    """The elements of a parameter, or a number in their place if they are not known."""
    if not isinstance(parameter, Tensor):
        return parameter
    if parameter.data is None:
        return otherwise
    return parameter.device.get(value(parameter, "random"))


def _joining(parameter: Operand, dtype: Dtype) -> Operand:
    """A parameter in the dtype of what is drawn, which Python's numbers take anyway."""
    is_weak = type(parameter) in (int, float)  # NumPy's floats are floats, but not weak
    return parameter if is_weak else astype(parameter, dtype)


def _unit(words: Tensor, shape: Shape, dtype: Dtype) -> Tensor:
    """Equidistant numbers in [0, 1), equally likely."""
    word, digits = WORDS[dtype], DIGITS[dtype]
    whole = _bits(words, shape=shape, dtype=word) >> (8 * word.itemsize - digits)
    return astype(whole, dtype) * 2.0**-digits


def _open(words: Tensor, shape: Shape, dtype: Dtype) -> Tensor:
    """Numbers in (0, 1), equally likely everywhere, and the finer the nearer to 0."""
    word = WORDS[dtype]
    whole = astype(_bits(words, shape=shape, dtype=word), dtype)
    # One unit in the last place less, since the largest numbers are rounded up.
    scale = 2.0 ** (-8 * word.itemsize) * (1 - 2.0 ** -DIGITS[dtype])
    return (whole + 0.5) * scale
