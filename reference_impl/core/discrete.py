"""Random bits, and what is chosen by them: truths, integers, orders, positions.

No derivative goes to the parameters of these distributions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtype import (
    INTEGERS,
    UNSIGNED,
    as_dtype,
    check_kind,
    float32,
    int64,
    uint32,
    uint64,
    wide_type,
)
from .errors import DtypeError, RangeError, ShapeError
from .keys import Key, use
from .number import integer
from .operands import Operand, as_tensors
from .ops.elementwise import astype, log, log1p
from .ops.extremes import argmax, check_nonempty, max
from .ops.gathering import take
from .ops.permuting import moveaxis
from .ops.sorting import argsort
from .ops.threefry import _bits
from .parameters import drawn_shape, floating, joining, known_elements
from .shape import Shape, normalise_axes, possible
from .tensor import Tensor
from .unit_interval import open_unit, unit

__all__ = ["bernoulli", "bits", "categorical", "integers", "permutation"]


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
    sizes, wanted = drawn_shape("bits", shape), as_dtype(dtype)
    if wanted not in UNSIGNED:
        raise DtypeError(f"bits: an unsigned dtype is needed, {wanted} came")
    with use(key, "bits") as words:
        return _bits(words, shape=sizes, dtype=wanted)


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
    sizes = drawn_shape("bernoulli", shape, p)
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
    sizes, wanted = drawn_shape("integers", shape), as_dtype(dtype)
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
        size = possible((int(x),), uint64.itemsize, who="permutation")[0]
        with use(key, "permutation") as words:
            return _order(words, size)
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
    sizes = drawn_shape("categorical", shape, np.empty(logits.shape[:-1]))
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
