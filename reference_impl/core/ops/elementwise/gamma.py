"""The logarithm of the gamma function and its derivatives, the polygamma functions.

A polygamma function is a sum over the steps from x to infinity. A few steps are added
up, the rest is Euler and Maclaurin's: an integral and its corrections. Of the logarithm
the derivatives about 2 are known this way, which makes a Taylor series that is exact at
its zeros 1 and 2; far out it is Stirling's. What is negative is reflected.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial

from ...dtype import FLOATS, check_kind
from ...errors import RangeError
from ...kinds import general
from ...number import integer
from ...op import public
from ...operands import Operand, as_tensors
from ...tensor import Tensor
from .libm import libm
from .special import _in_blocks

__all__ = ["digamma", "lgamma", "polygamma"]

# Those of even index, from the second on.
BERNOULLI = [
    *(1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66),
    *(-691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330),
]

STEPS = 10  # until the corrections are below the last place
DEGREE = 26  # of the series about 2: half a unit away, 4**-26 is left
STIRLING_FROM = 9.5
LARGEST_ORDER = 100  # 49 derivatives later, factorials leave the range of float64


def _is_pole(x: np.ndarray) -> np.ndarray:
    return (x <= 0) & (x == np.rint(x))


def _from_integer(x: np.ndarray) -> np.ndarray:
    """The distance from the nearest integer, which the sine and cotangent repeat."""
    return x - np.rint(x)


def _series(h: np.ndarray) -> np.ndarray:
    """The logarithm of the gamma function at 2 + h, for h from -1/2 to 1/2."""
    result = np.zeros_like(h)
    for coefficient in _coefficients():
        result = (result + coefficient) * h
    return result


@functools.cache
def _coefficients() -> list[float]:
    """Those of Taylor's series about 2, the highest power first."""
    two = np.array(2.0)
    return [
        float(_polygamma_above_zero(two, order)) / math.factorial(order + 1)
        for order in reversed(range(DEGREE))
    ]


def _by_series(x: np.ndarray) -> np.ndarray:
    """From -1/2 on: steps of size 1, whose factors are multiplied, lead to the series.

    Up from below and down from above 2; one of the products is 1.
    """
    nearest, up, down = np.rint(x), np.ones_like(x), np.ones_like(x)
    for k in range(2):
        up *= np.where(k < 2 - nearest, x + k, 1)
    for k in range(1, int(STIRLING_FROM)):
        down *= np.where(k <= nearest - 2, x - k, 1)
    return _series(x - nearest) + np.log(down) - np.log(np.abs(up))


def _corrections(x: np.ndarray, order: int) -> np.ndarray:
    """The sum of B[2j] (2j + order - 1)! / (2j)! x^(2 - 2j) over j."""
    inverse, result = 1 / (x * x), np.zeros_like(x)
    for j, b in reversed(list(enumerate(BERNOULLI, start=1))):
        size = b * math.factorial(2 * j + order - 1) / math.factorial(2 * j)
        result = result * inverse + size
    return result


def _by_stirling(x: np.ndarray) -> np.ndarray:
    # Not x log(x) - x: infinity less infinity has no value.
    leading = (x - 0.5) * (np.log(x) - 1) - 0.5
    return leading + 0.5 * math.log(2 * math.pi) + _corrections(x, -1) / x


def _by_reflection(x: np.ndarray) -> np.ndarray:
    sine = np.abs(np.sin(np.pi * _from_integer(x)))
    return math.log(math.pi) - np.log(sine) - _lgamma(1 - x)


def _lgamma(x: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):  # the infinities of poles and overflow are right
        return np.piecewise(
            x,
            # Of the conditions that hold, the last one decides.
            [x < STIRLING_FROM, x < -0.5, _is_pole(x)],
            [_by_series, _by_reflection, np.inf, _by_stirling],
        )


def _over_power(size: np.ndarray | float, x: np.ndarray, n: int) -> np.ndarray:
    """A factorial over x^n; the power alone could be infinite, the quotient not 0."""
    if n < 8:  # then the factorial is small too: two thirds of the time
        return size * x**-n
    half = x ** -(n // 2)
    return size * half * half / x ** (n % 2)


def _polygamma_above_zero(x: np.ndarray, order: int) -> np.ndarray:
    steps = STEPS + order
    z, factorial = x + steps, math.factorial(order)
    integral = _over_power(math.factorial(order - 1), z, order) if order else -np.log(z)
    total = _over_power(factorial / 2, z, order + 1)
    total += _over_power(_corrections(z, order), z, order + 2)
    for k in reversed(range(steps)):  # the small ones first
        total += _over_power(factorial, x + k, order + 1)
    return (-1) ** (order + 1) * (integral + total)


def _slope_of_cotangent(x: np.ndarray, order: int) -> np.ndarray:
    """A derivative of pi cot(pi x): a polynomial of the cotangent."""
    slope = np.pi * Polynomial([0.0, 1.0])
    for _ in range(order):  # the cotangent c has the derivative -(1 + c^2)
        slope = -np.pi * Polynomial([1.0, 0.0, 1.0]) * slope.deriv()
    return slope(1 / np.tan(np.pi * _from_integer(x)))


def _reflected_polygamma(x: np.ndarray, order: int) -> np.ndarray:
    there = (-1) ** order * _polygamma_above_zero(1 - x, order)
    return there - _slope_of_cotangent(x, order)


def _order_up(g: Any, x: Tensor, order: int) -> Any:
    return None if g is None else g * _polygamma(x, order=order + 1)


@general(
    vjp=lambda g, out, x, order: (_order_up(g, x, order),),
    jvp=lambda tangents, out, x, order: _order_up(tangents[0], x, order),
    shape=lambda x, order: x.shape,
    kinds=FLOATS,
    domain=lambda draw: [
        ((np.abs(draw(3, 4)) + 1,), {"order": 0}),
        ((-np.abs(np.sin(draw(2, 3))) / 2 - 0.25,), {"order": 2}),
    ],
)
def _polygamma(x, *, order):
    """Differentiate the logarithm of the gamma function `order + 1` times.

    A primitive for accuracy, and because every further derivative is one of the family.
    """

    def compute(x):
        with np.errstate(all="ignore"):
            return np.piecewise(
                x,
                [x < 0],
                [_reflected_polygamma, _polygamma_above_zero],
                order,
            )

    return _in_blocks(compute, x)


@public
def polygamma(x: Operand, *, order: int) -> Tensor:
    """Differentiate the logarithm of the gamma function `order + 1` times.

    Raises
    ------
    DtypeError, RangeError
        If the elements are no floating-point numbers, or the order is no integer in
        [0, 100].

    Notes
    -----
    The derivative by `x` is the next order. Zero is reached from above; at the other
    poles, where both sides may differ in sign, the result is not a number.

    Source: Abramowitz and Stegun 1964, 6.4.6, 6.4.7 and 6.4.11.
    """
    n = integer("polygamma: the order", order)
    if not 0 <= n <= LARGEST_ORDER:
        raise RangeError(
            f"polygamma: the order must lie in [0, {LARGEST_ORDER}], {n} came"
        )
    return _of_order("polygamma", x, n)


def _of_order(who: str, x: Operand, order: int) -> Tensor:
    (x,) = as_tensors(who, (x,))
    check_kind(x.dtype, FLOATS, who=who)
    return _polygamma(x, order=order)


@public
def digamma(x: Operand) -> Tensor:
    """Differentiate the logarithm of the gamma function; see `polygamma`."""
    return _of_order("digamma", x, 0)


@libm("lgamma", slope=lambda out, x: digamma(x), domain=(3, 6), kinds=FLOATS)
def lgamma(x):
    """Take the logarithm of the absolute value of the gamma function.

    Infinite at its poles, which are zero and the negative integers.

    Notes
    -----
    For positive elements exact to 10 units in the last place, near the zeros 1 and 2
    too. A primitive for that: composed of logarithms, nothing would be left there.

    Source: Abramowitz and Stegun 1964, 6.1.17 and 6.1.40.
    """
    return _in_blocks(_lgamma, x)
