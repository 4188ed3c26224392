"""Elementary functions that LLVM turns into vector instructions.

Those of C's library take one number at a time: 2 ns for a float32's exponential, 15 for
its hyperbolic tangent, where these take 0.6 and 0.8. They have no branches and no
tables, only arithmetic: the argument is reduced to a small interval, on which a
polynomial is as good as the function, and special values are selected at the end.

One text serves float32 and float64: below, `f` are the constants of a format (see
`formats.py`), and `word` is the integer of its size.

Largest errors, in units in the last place. A result below twice the smallest normal
number may be zero, and an element below it counts as zero, for that is what generated
code runs with.

    function    float32    float64
    exp             1.0        1.2
    expm1           1.5        2.0
    log             1.0        1.0
    log1p           1.7        1.5
    tanh            2.5        2.5
    erf             1.2        1.2
    erfc            3.1        3.5

A function that is not here is called from C's library. Sines, cosines and tangents need
hundreds of digits of pi for large angles; powers need the logarithm with more digits
than it has; the others are rare where speed matters.

Source: for the logarithm's last digits, the arrangement of FreeBSD's `e_log.c` (Sun
Microsystems 1993); for the rounding by a large number, Muller et al. 2018.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import overload, register_jitable

from .formats import FORMATS
from .scalars import (
    bits,
    copysign,
    float_of,
    fma,
    polynomial,
    polynomial_by_pairs,
    select,
)


def _vectorised(made: Callable[..., Any]) -> Callable[[Any], Any]:
    """A function of a float32 or a float64, from a function that makes it for a format.

    Its name is that of what is made, without the underscore.
    """

    def function(x: Any) -> Any:
        raise TypeError(f"{function.__name__} is for compiled functions only")

    function.__name__, function.__doc__ = made.__name__.strip("_"), made.__doc__
    options: Any = {"error_model": "numpy", "forceinline": True}

    @overload(function, jit_options=options)
    def implementation(x):
        return made(*FORMATS[x]) if x in FORMATS else None

    return function


def _reduction(f: Any, word: Any) -> Any:
    """Half of 2**n, and r, for x = n log(2) + r.

    Half, for 2**n can be infinite where an exponential is not.
    """

    @register_jitable
    def reduction(x):
        shifted = fma(x, f.log2_e, f.rounder)
        n = shifted - f.rounder
        r = fma(n, -f.ln2_rest, fma(n, -f.ln2, x))
        return float_of(word(bits(shifted) << f.exponent_at)), r

    return reduction


@_vectorised
def _exp(f: Any, word: Any) -> Any:
    """e to the power of x."""
    reduction = _reduction(f, word)

    def exp(x):
        # At the lowest end half of 2**n has the bits of zero.
        x = select(x < f.lowest, f.lowest, x)
        half_power, r = reduction(select(x > f.highest, f.highest, x))
        return half_power * polynomial(r, f.twice_exponential)

    return exp


def _half_expm1(f: Any, word: Any) -> Any:
    """Half of exp(x) - 1, for x far from the ends of the format."""
    reduction = _reduction(f, word)

    @register_jitable
    def half_expm1(x):
        half_power, r = reduction(x)
        rest = fma(r * r, polynomial(r, f.exponential), r)
        return fma(half_power, rest, half_power - f.half)

    return half_expm1


@_vectorised
def _expm1(f: Any, word: Any) -> Any:
    """e to the power of x, less one; precise near zero."""
    half_expm1 = _half_expm1(f, word)

    def expm1(x):
        y = select(x < f.expm1_end, f.expm1_end, x)
        y = half_expm1(select(y > f.highest, f.highest, y))
        return copysign(y + y, x)

    return expm1


@_vectorised
def _tanh(f: Any, word: Any) -> Any:
    """The hyperbolic tangent."""
    half_expm1 = _half_expm1(f, word)

    def tanh(x):
        size = abs(x)
        y = half_expm1(f.two * select(size > f.tanh_end, f.tanh_end, size))
        return copysign(y / (y + f.one), x)

    return tanh


@_vectorised
def _erf(f: Any, word: Any) -> Any:
    """The error function."""
    half_expm1 = _half_expm1(f, word)

    def erf(x):
        size = abs(x)
        inner = fma(x, polynomial_by_pairs(x * x, f.erf_inner), x)
        end = select(size > f.erf_end, f.erf_end, size)
        outer = -f.two * half_expm1(polynomial(end, f.erf_outer))
        return select(size < f.one, inner, copysign(outer, x))

    return erf


@_vectorised
def _erfc(f: Any, word: Any) -> Any:
    """One less the error function; precise for large x."""

    def erfc(x):
        size = abs(x)
        size = select(size > f.erfc_end, f.erfc_end, size)
        # exp(-size^2) is reduced as above, but for the square, which is not rounded
        # before n log(2) is taken away: its error would be that of the result.
        shifted = fma(size * size, -f.log2_e, f.rounder)
        n = shifted - f.rounder
        r = fma(n, -f.ln2_rest, fma(-size, size, -(n * f.ln2)))
        half_power = float_of(word(bits(shifted) << f.exponent_at))
        rest = fma(r * r, polynomial(r, f.exponential), r)
        # What rounding does to `above` is the same in both parts of the quotient.
        above = polynomial(size, f.erfc_above)
        line = polynomial(size, f.erfc_line)
        twice = above / fma(above, line, polynomial(size, f.erfc_rest))
        y = half_power * fma(rest, twice, twice)
        return select(x < f.zero, f.two - y, y)

    return erfc


def _log_of_product(f: Any, word: Any) -> Any:
    """The logarithm of 2**e (1 + g), with 1 + g between the roots of 1/2 and of 2."""

    @register_jitable
    def by_polynomial(e, g):
        y = fma(g * g, polynomial_by_pairs(g, f.logarithm), g)
        return fma(e, f.ln2, fma(e, f.ln2_rest, y))

    @register_jitable
    def by_quotient(e, g):
        # log(1 + g) = g - (h - s (h + rest)), with h = g^2 / 2.
        s = g / (f.two + g)
        h = f.half * g * g
        rest = s * s * polynomial(s * s, f.logarithm)
        return fma(e, f.ln2, g - (h - fma(s, h + rest, e * f.ln2_rest)))

    # A division takes as long as ten terms: float32 needs fewer, float64 twice as many.
    return by_polynomial if word is np.int32 else by_quotient


def _positive_log(f: Any, word: Any) -> Any:
    """The logarithm of a positive normal number."""
    log_of_product = _log_of_product(f, word)
    number = type(f.one)

    @register_jitable
    def positive_log(x):
        above = word(bits(x) - bits(f.sqrt_half))
        e = number(np.int32(above >> f.exponent_at))
        g = float_of(word((above & f.fraction_bits) + bits(f.sqrt_half))) - f.one
        return log_of_product(e, g)

    return positive_log


@_vectorised
def _log(f: Any, word: Any) -> Any:
    """The natural logarithm."""
    positive_log = _positive_log(f, word)

    def log(x):
        y = select(x < f.infinity, positive_log(x), x)
        of_others = select(abs(x) < f.smallest, -f.infinity, f.nan)
        return select(x >= f.smallest, y, of_others)

    return log


@_vectorised
def _log1p(f: Any, word: Any) -> Any:
    """The natural logarithm of one more than x; precise near zero."""
    positive_log = _positive_log(f, word)

    def log1p(x):
        u = f.one + x
        # What was lost in the sum, over u, is what the logarithm lacks.
        lost = select(x < f.one, x - (u - f.one), f.one - (u - x))
        y = select(x < f.infinity, positive_log(u) + lost / u, x)
        of_others = select(u == f.zero, -f.infinity, f.nan)
        return copysign(select(u > f.zero, y, of_others), x)

    return log1p


exp, expm1, log, log1p = _exp, _expm1, _log, _log1p
tanh, erf, erfc = _tanh, _erf, _erfc
