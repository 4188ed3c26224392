"""Functions of angles and of hyperbolic angles, and their inverses."""

from __future__ import annotations

import numpy as np

from ...dtype import FLOATS
from ...kinds import elementwise
from ...tensor import Tensor
from .libm import libm
from .powers import rsqrt
from .selection import quotient_or_zero

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cos",
    "cosh",
    "hypot",
    "sin",
    "sinh",
    "tan",
    "tanh",
]


def _slope_of_sin(out: Tensor, x: Tensor) -> Tensor:
    return cos(x)


@libm("sin", slope=_slope_of_sin, domain=(-2, 2))
def sin(x, *, out=None):
    """Take the sine of every element, in radians."""
    return np.sin(x, out=out)


@libm("cos", slope=lambda out, x: -sin(x), domain=(-2, 2))
def cos(x, *, out=None):
    """Take the cosine of every element, in radians."""
    return np.cos(x, out=out)


@libm("tan", slope=lambda out, x: 1 + out * out, domain=(-1, 1))
def tan(x, *, out=None):
    """Take the tangent of every element, in radians."""
    return np.tan(x, out=out)


@libm("asin", slope=lambda out, x: rsqrt((1 - x) * (1 + x)), domain=(-0.7, 0.7))
def asin(x, *, out=None):
    """Find the angle in [-pi/2, pi/2] whose sine is given."""
    return np.arcsin(x, out=out)


@libm("acos", slope=lambda out, x: -rsqrt((1 - x) * (1 + x)), domain=(-0.7, 0.7))
def acos(x, *, out=None):
    """Find the angle in [0, pi] whose cosine is given."""
    return np.arccos(x, out=out)


@libm("atan", slope=lambda out, x: 1 / (1 + x * x), domain=(-2, 2))
def atan(x, *, out=None):
    """Find the angle in [-pi/2, pi/2] whose tangent is given."""
    return np.arctan(x, out=out)


def _slope_of_sinh(out: Tensor, x: Tensor) -> Tensor:
    return cosh(x)


@libm("sinh", slope=_slope_of_sinh, domain=(-2, 2))
def sinh(x, *, out=None):
    """Take the hyperbolic sine of every element."""
    return np.sinh(x, out=out)


@libm("cosh", slope=lambda out, x: sinh(x), domain=(-2, 2))
def cosh(x, *, out=None):
    """Take the hyperbolic cosine of every element."""
    return np.cosh(x, out=out)


@libm("tanh", slope=lambda out, x: 1 - out * out, domain=(-2, 2))
def tanh(x, *, out=None):
    """Take the hyperbolic tangent of every element."""
    return np.tanh(x, out=out)


# The cosine of the result is sqrt(1 + x^2), whose square may overflow.
@libm("asinh", slope=lambda out, x: 1 / cosh(out), domain=(-2, 2))
def asinh(x, *, out=None):
    """Find the number whose hyperbolic sine is given."""
    return np.arcsinh(x, out=out)


# Two roots: their product has the right sign for complex numbers, and no overflow.
@libm("acosh", slope=lambda out, x: rsqrt(x - 1) * rsqrt(x + 1), domain=(1.5, 4))
def acosh(x, *, out=None):
    """Find the number that is not negative whose hyperbolic cosine is given."""
    return np.arccosh(x, out=out)


@libm("atanh", slope=lambda out, x: 1 / ((1 - x) * (1 + x)), domain=(-0.7, 0.7))
def atanh(x, *, out=None):
    """Find the number whose hyperbolic tangent is given."""
    return np.arctanh(x, out=out)


def _atan2_partials(out: Tensor, y: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    # Dividing twice by the distance: its square may overflow.
    distance = hypot(x, y)
    across, along = quotient_or_zero(x, distance), quotient_or_zero(y, distance)
    return quotient_or_zero(across, distance), -quotient_or_zero(along, distance)


@elementwise(
    partials=_atan2_partials,
    py="math.atan2({0}, {1})",
    c="atan2{f}({0}, {1})",
    domain=(-2, 2),
    kinds=FLOATS,
)
def atan2(y, x, *, out=None):
    """Find the angle in [-pi, pi] from the positive x axis to the point (x, y).

    Notes
    -----
    At the origin, where there is no derivative, zero flows.
    """
    return np.arctan2(y, x, out=out)


@elementwise(
    partials=lambda out, x, y: (
        lambda: quotient_or_zero(x, out),
        lambda: quotient_or_zero(y, out),
    ),
    py="math.hypot({0}, {1})",
    c="hypot{f}({0}, {1})",
    domain=(-2, 2),
    kinds=FLOATS,
)
def hypot(x, y, *, out=None):
    """Compute the distance of the point (x, y) from the origin, without overflow.

    Notes
    -----
    At the origin, where there is no derivative, zero flows, as through `abs`.
    """
    return np.hypot(x, y, out=out)
