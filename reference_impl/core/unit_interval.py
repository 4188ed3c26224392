"""Random bits as numbers between 0 and 1: with equal distances, or finer towards 0."""

from __future__ import annotations

from .dtype import (
    Dtype,
    bfloat16,
    float16,
    float32,
    float64,
    uint16,
    uint32,
    uint64,
    wide_type,
)
from .ops.elementwise import astype
from .ops.threefry import _bits
from .shape import Shape
from .tensor import Tensor

# The words that numbers of a dtype are made of, and how many of their binary digits it
# can hold for all numbers below 1.
WORDS: dict[Dtype, Dtype] = {
    float16: uint16,
    bfloat16: uint16,
    float32: uint32,
    float64: uint64,
}
DIGITS = {float16: 11, bfloat16: 8, float32: 24, float64: 53}


def unit(words: Tensor, shape: Shape, dtype: Dtype) -> Tensor:
    """Equidistant numbers in [0, 1), equally likely."""
    word, digits = WORDS[dtype], DIGITS[dtype]
    whole = _bits(words, shape=shape, dtype=word) >> (8 * word.itemsize - digits)
    return astype(whole, dtype) * 2.0**-digits


def open_unit(words: Tensor, shape: Shape, dtype: Dtype) -> Tensor:
    """Numbers in (0, 1), equally likely everywhere, and the finer the nearer to 0.

    In float32 or float64; whoever needs 16 bits rounds. Of float16's words the largest
    are infinite as float16, and the smallest step would be no normal number.
    """
    assert dtype == wide_type(dtype), dtype
    word = WORDS[dtype]
    whole = astype(_bits(words, shape=shape, dtype=word), dtype)
    # One unit in the last place less, since the largest numbers are rounded up.
    scale = 2.0 ** (-8 * word.itemsize) * (1 - 2.0 ** -DIGITS[dtype])
    return (whole + 0.5) * scale
