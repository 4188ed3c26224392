"""A cipher that makes random bits: the position of an element, encrypted with a key.

A good cipher's output cannot be told from noise, and a position can be encrypted
without its neighbours: the bits of an element are the same on every device, and in
every part of a larger result.

Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2,
3", the cipher Threefry-2x32 with 20 rounds. How positions are counted, and how the two
words of a block are used, is as in JAX, so the bits are JAX's.
"""

from __future__ import annotations

import math

import numpy as np

from ..dtype import INTEGERS, UNSIGNED, uint32, uint64
from ..kinds import constant
from ..shape import possible

__all__: list[str] = []

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = np.uint32(0x1BD11BDA)

# So many positions are encrypted at a time that they stay in the cache: a million take
# 25 ms instead of 75 ms.
POSITIONS_AT_ONCE = 1 << 14


def encrypted(key: np.ndarray, counters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two words of the block that the cipher makes of each counter.

    Shapes
    ------
    key       (2,), uint32
    counters  (N,), uint64
    result    two of (N,), uint32
    """
    keys = (key[:1], key[1:], key[:1] ^ key[1:] ^ PARITY)
    x = (counters >> 32).astype(uint32) + keys[0]
    y = counters.astype(uint32) + keys[1]
    leaving = np.empty_like(y)
    for group in range(5):
        for distance in ROTATIONS[group % 2]:
            x += y
            # Rotate: what leaves at one end enters at the other.
            np.right_shift(y, 32 - distance, out=leaving)
            np.left_shift(y, distance, out=y)
            y |= leaving
            y ^= x
        x += keys[(group + 1) % 3]
        y += keys[(group + 2) % 3]
        y += np.uint32(group + 1)
    return x, y


@constant(
    shape=lambda key, counters: (*counters.shape, 2),
    dtype=lambda key, counters: uint32,
    kinds=INTEGERS,
    domain=lambda draw: [
        ((np.array([1, 2], uint32), np.array([[0, 1], [2**32 - 1, 2**40]], uint64)), {})
    ],
)
def _blocks(key, counters):
    """Encrypt every counter into a block of two words."""
    words = np.stack(encrypted(key, counters.ravel()), axis=-1)
    return words.reshape(*counters.shape, 2)


@constant(
    shape=lambda key, shape, dtype: possible(shape, dtype.itemsize, who="bits"),
    dtype=lambda key, shape, dtype: dtype,
    kinds=INTEGERS,
    domain=lambda draw: [
        ((np.array([1, 2], uint32),), {"shape": (3, 4), "dtype": dtype})
        for dtype in UNSIGNED
    ],
)
def _bits(key, *, shape, dtype):
    """Encrypt the position of every element of the result, in row-major order."""
    out = np.empty(math.prod(shape), dtype)
    for start in range(0, out.size, POSITIONS_AT_ONCE):
        part = out[start : start + POSITIONS_AT_ONCE]
        x, y = encrypted(key, np.arange(start, start + part.size, dtype=uint64))
        if dtype == uint64:
            np.left_shift(x, 32, out=part, dtype=uint64)
            part |= y
        else:
            part[:] = x ^ y
    return out.reshape(shape)
