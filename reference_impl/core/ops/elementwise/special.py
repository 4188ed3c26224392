"""The error function and its complement, which NumPy does not have.

Each is a Taylor series about the nearest point of a grid. On the grid, Python's `math`
knows the value; the derivative 2 / sqrt(pi) exp(-x^2) satisfies s' = -2 x s, from which
all further coefficients follow. With grid points 1/64 apart an element is at most h =
1/128 away from one, and what is left out is less than the last place holds.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...dtype import FLOATS
from ...tensor import Tensor
from .exponential import exp
from .libm import libm
from .powers import square

__all__ = ["erf", "erfc"]

POINTS_PER_UNIT = 64
BLOCK = 8192  # elements; what is computed from them stays in the cache

SLOPE = 2 / math.sqrt(math.pi)  # of the error function at zero

Function = Callable[[Any], Any]


@functools.cache
def _series(
    function: Function, slope: float, low: int, high: int, degree: int
) -> list[np.ndarray]:
    """Taylor coefficients about the points of a grid, a row for each power.

    `slope` is that of the function at zero.
    """
    steps = np.arange(low * POINTS_PER_UNIT, high * POINTS_PER_UNIT + 1)
    points = steps / POINTS_PER_UNIT
    rows = [np.array([function(x) for x in points.tolist()])]
    before, term = np.zeros_like(points), slope * np.exp(-points * points)
    for power in range(degree):
        rows.append(term / (power + 1))
        before, term = term, -2 * (points * term + before) / (power + 1)
    return rows


def _sums(rows: list[np.ndarray], x: np.ndarray, low: int, high: int) -> np.ndarray:
    """The series about the grid point nearest to each element."""
    x = np.clip(x, low, high)  # beyond, the function is constant in float64
    steps = np.rint(np.fmin(x, high) * POINTS_PER_UNIT)  # NaN takes any point
    h = x - steps / POINTS_PER_UNIT
    index = (steps - low * POINTS_PER_UNIT).astype(np.intp)
    result = rows[-1].take(index, mode="clip")
    for row in rows[-2::-1]:
        result *= h
        result += row.take(index, mode="clip")  # 1 ns instead of 4 with a check
    return result


def _in_blocks(function: Function, x: np.ndarray) -> np.ndarray:
    """A function of float64 applied to elements of any floating dtype."""
    flat, out = x.reshape(-1), np.empty(x.size, x.dtype)
    for start in range(0, x.size, BLOCK):
        block = slice(start, start + BLOCK)
        out[block] = function(flat[block].astype(np.float64))
    return out.reshape(x.shape)


def _erf(x: np.ndarray) -> np.ndarray:
    rows = _series(math.erf, SLOPE, 0, 6, degree=7)
    return np.copysign(_sums(rows, np.abs(x), 0, 6), x)


def _erfc(x: np.ndarray) -> np.ndarray:
    # Far out it falls by half from one grid point to the next, hence the degree.
    rows = _series(math.erfc, -SLOPE, -6, 28, degree=15)
    return _sums(rows, x, -6, 28)


def _bell(x: Tensor) -> Tensor:
    return SLOPE * exp(-square(x))


@libm("erf", slope=lambda out, x: _bell(x), domain=(-2, 2), kinds=FLOATS)
def erf(x):
    """Integrate the normal density of variance 1/2 from -x to x.

    Notes
    -----
    Exact to 1.5 units in the last place of float64.
    """
    return _in_blocks(_erf, x)


@libm("erfc", slope=lambda out, x: -_bell(x), domain=(-2, 2), kinds=FLOATS)
def erfc(x):
    """Compute one minus `erf`, precisely for large elements too.

    Notes
    -----
    Exact to 3.5 units in the last place of float64.
    """
    return _in_blocks(_erfc, x)
