"""Integers as rows of bits; booleans are rows of one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...dtype import BOOLEANS, INTEGERS, bool_
from ...kinds import elementwise
from ...op import Op, Rule, public
from ...operands import Operand, as_tensors
from ...tensor import Tensor
from .comparison import logical_not

__all__ = [
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
]


def _bitwise(
    template: str, kinds: str, domain: tuple[int, int]
) -> Callable[[Rule], Op]:
    return elementwise(
        partials=None, py=template, c=template, domain=domain, kinds=kinds
    )


@_bitwise("({0} & {1})", BOOLEANS + INTEGERS, (0, 100))
def bitwise_and(x, y, *, out=None):
    """Set the bits that both integers have; of booleans, say whether both hold."""
    return np.bitwise_and(x, y, out=out)


@_bitwise("({0} | {1})", BOOLEANS + INTEGERS, (0, 100))
def bitwise_or(x, y, *, out=None):
    """Set the bits that either integer has; of booleans, say whether one holds."""
    return np.bitwise_or(x, y, out=out)


@_bitwise("({0} ^ {1})", BOOLEANS + INTEGERS, (0, 100))
def bitwise_xor(x, y, *, out=None):
    """Set the bits that one integer has; of booleans, say whether they differ."""
    return np.bitwise_xor(x, y, out=out)


@_bitwise("(~{0})", INTEGERS, (0, 100))
def _bitwise_invert(x, *, out=None):
    """Exchange zeros and ones in every integer."""
    return np.bitwise_not(x, out=out)


@public
def bitwise_invert(x: Operand) -> Tensor:
    """Exchange zeros and ones in every integer; negate booleans.

    Raises
    ------
    DtypeError
        If the elements are neither integers nor booleans.
    """
    (x,) = as_tensors("bitwise_invert", (x,))
    # In C the bits of `true` are those of the integer 1, and `~1` is true as well.
    return logical_not(x) if x.dtype == bool_ else _bitwise_invert(x)


@_bitwise("({0} << {1})", INTEGERS, (0, 5))
def bitwise_left_shift(x, y, *, out=None):
    """Move the bits of `x` by `y` places up, which doubles `y` times.

    Notes
    -----
    `y` must be at least 0 and less than the number of bits; nothing is promised
    otherwise. Bits that leave at the top are lost.
    """
    return np.left_shift(x, y, out=out)


@_bitwise("({0} >> {1})", INTEGERS, (0, 5))
def bitwise_right_shift(x, y, *, out=None):
    """Move the bits of `x` by `y` places down, which halves `y` times, rounding down.

    Notes
    -----
    `y` is bounded as in `bitwise_left_shift`. The sign of `x` stays.
    """
    return np.right_shift(x, y, out=out)
