"""Where the normal distribution reaches a probability: the inverse of its integral."""

from __future__ import annotations

import math

from ..core.ops import erfc, exp, log, sqrt, square, where
from ..core.tensor import Tensor

# Winitzki's constant for the smallest error everywhere.
_A = 0.147

# From an error of 0.002 each step leaves about its cube: 1e-8, then 1e-16 or less. The
# third is for tails, where the exponential of the error counts.
_STEPS = 3


def normal_cdf(x: float) -> float:
    """The probability that a standard normal number is less than a number."""
    return 0.5 * math.erfc(-x * math.sqrt(0.5))


def normal_quantile(p: Tensor) -> Tensor:
    """The number that a standard normal one is below with probability `p`.

    Shapes
    ------
    p, result  equal; float64

    Parameters
    ----------
    p : Tensor
        In (0, 1).

    Notes
    -----
    Sources: Winitzki 2008, "A handy approximation for the error function and its
    inverse", equation 7, for the first guess; Halley's method, whose second derivative
    is -x times the first here, for the rest.
    """
    is_low = p < 0.5
    tail = where(is_low, p, 1 - p)  # what is small keeps its digits
    spread = log(4 * tail * (1 - tail))  # of 1 - u^2, for u = 1 - 2 tail
    middle = 2 / (math.pi * _A) + spread / 2
    x = -math.sqrt(2) * sqrt(sqrt(square(middle) - spread / _A) - middle)
    for _ in range(_STEPS):
        density = exp(-square(x) / 2) / math.sqrt(2 * math.pi)
        error = (0.5 * erfc(x * -math.sqrt(0.5)) - tail) / density
        x = x - error / (1 + x * error / 2)
    return where(is_low, x, -x)
