"""Numbers close to a number: integers, neighbours, the same size with another sign."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...dtype import FLOATS, NUMBERS, REALS
from ...kinds import elementwise
from ...op import Op, Rule
from .arithmetic import _sign

__all__ = ["ceil", "copysign", "floor", "nextafter", "round", "trunc"]


def _rounding(py: str, c: str, kinds: str = REALS) -> Callable[[Rule], Op]:
    """Declare a step function: it is constant but for its jumps; integers stay."""
    return elementwise(
        partials=None,
        py=f"np.{py}({{0}})",
        c=f"{c}{{f}}({{0}})",
        domain=(-3, 3),
        kinds=kinds,
    )


@_rounding("floor", "floor")
def floor(x, *, out=None):
    """Round every element down to an integer, in the dtype that it has."""
    return np.floor(x, out=out)


@_rounding("ceil", "ceil")
def ceil(x, *, out=None):
    """Round every element up to an integer, in the dtype that it has."""
    return np.ceil(x, out=out)


@_rounding("trunc", "trunc")
def trunc(x, *, out=None):
    """Round every element towards zero, in the dtype that it has."""
    return np.trunc(x, out=out)


@_rounding("rint", "rint", NUMBERS)
def round(x, *, out=None):
    """Round every element to the nearest integer, halves to the even one."""
    return x.round(out=out)


@elementwise(
    partials=lambda out, x, y: (_sign(x) * _sign(out), None),
    py="math.copysign({0}, {1})",
    c="copysign{f}({0}, {1})",
    domain=(-2, 2),
    kinds=FLOATS,
)
def copysign(x, y, *, out=None):
    """Give every element of `x` the sign of that of `y`, which a zero has too.

    Notes
    -----
    The derivative by `x` is 1 or -1, and 0 where `x` is zero, as that of `abs`.
    """
    return np.copysign(x, y, out=out)


@elementwise(
    partials=lambda out, x, y: (1, None),
    py="np.nextafter({0}, {1})",
    c="nextafter{f}({0}, {1})",
    domain=(-2, 2),
    kinds=FLOATS,
)
def nextafter(x, y, *, out=None):
    """Go from every element of `x` to its neighbour on the way to that of `y`."""
    return np.nextafter(x, y, out=out)
