"""Questions about elements, which are answered by booleans."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...dtype import ANY, FLOATS, NUMBERS, ORDERED, bool_
from ...kinds import elementwise
from ...op import Op, Rule

__all__ = [
    "equal",
    "greater",
    "greater_equal",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
    "signbit",
]


def _question(py: str, c: str = "", *, kinds: str) -> Callable[[Rule], Op]:
    return elementwise(
        partials=None, py=py, c=c or py, domain=(-2, 2), kinds=kinds, dtype=bool_
    )


@_question("({0} == {1})", kinds=ANY)
def equal(x, y, *, out=None):
    """Say of every pair of elements whether they are equal."""
    return np.equal(x, y, out=out)


@_question("({0} != {1})", kinds=ANY)
def not_equal(x, y, *, out=None):
    """Say of every pair of elements whether they differ."""
    return np.not_equal(x, y, out=out)


@_question("({0} > {1})", kinds=ORDERED)
def greater(x, y, *, out=None):
    """Say of every pair of elements whether the first is greater."""
    return np.greater(x, y, out=out)


@_question("({0} >= {1})", kinds=ORDERED)
def greater_equal(x, y, *, out=None):
    """Say of every pair of elements whether the first is greater or equal."""
    return np.greater_equal(x, y, out=out)


@_question("({0} < {1})", kinds=ORDERED)
def less(x, y, *, out=None):
    """Say of every pair of elements whether the first is less."""
    return np.less(x, y, out=out)


@_question("({0} <= {1})", kinds=ORDERED)
def less_equal(x, y, *, out=None):
    """Say of every pair of elements whether the first is less or equal."""
    return np.less_equal(x, y, out=out)


# What is not zero counts as true, NaN included.


@_question("({0} != 0 and {1} != 0)", "({0} && {1})", kinds=ANY)
def logical_and(x, y, *, out=None):
    """Say of every pair of elements whether both are true."""
    return np.logical_and(x, y, out=out)


@_question("({0} != 0 or {1} != 0)", "({0} || {1})", kinds=ANY)
def logical_or(x, y, *, out=None):
    """Say of every pair of elements whether at least one is true."""
    return np.logical_or(x, y, out=out)


@_question("(({0} != 0) != ({1} != 0))", kinds=ANY)
def logical_xor(x, y, *, out=None):
    """Say of every pair of elements whether exactly one is true."""
    return np.logical_xor(x, y, out=out)


@_question("({0} == 0)", kinds=ANY)
def logical_not(x, *, out=None):
    """Say of every element whether it is false."""
    return np.logical_not(x, out=out)


@_question("({0} != {0})", kinds=NUMBERS)
def isnan(x, *, out=None):
    """Say of every element whether it is not a number, or has a part that is none."""
    return np.isnan(x, out=out)


@_question("math.isinf({0})", "(isinf({0}) != 0)", kinds=NUMBERS)
def isinf(x, *, out=None):
    """Say of every element whether it is infinite, or has a part that is."""
    return np.isinf(x, out=out)


@_question("math.isfinite({0})", "(isfinite({0}) != 0)", kinds=NUMBERS)
def isfinite(x, *, out=None):
    """Say of every element whether it is neither infinite nor NaN."""
    return np.isfinite(x, out=out)


@_question("(math.copysign({one}, {0}) < {zero})", "(signbit({0}) != 0)", kinds=FLOATS)
def signbit(x, *, out=None):
    """Say of every element whether its sign is minus, which a zero can have too."""
    return np.signbit(x, out=out)
