"""Elementary functions that LLVM turns into vector instructions.

Those of C's library take one number at a time: 2 ns for a float32's exponential, 15 for
its hyperbolic tangent, where these take 0.6 and 0.8. They have no branches and no
tables, only arithmetic: the argument is reduced to a small interval, on which a
polynomial is as good as the function, and special values are selected at the end.

One text serves float32 and float64; `NUMBERS` holds what differs. The polynomials are
minimax: fitted by Remez' algorithm in 50 digits of precision, with the weights that
make relative errors of the result equal (`benchmarks/elementary_coefficients.py`).

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

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from .scalars import (
    bits,
    copysign,
    float_of,
    fma,
    polynomial,
    polynomial_by_pairs,
    select,
)

# (exp(r) - 1 - r) / r^2, for r up to half the logarithm of 2
EXPONENTIAL_32 = [
    0.001381465,
    0.008368703,
    0.041668385,
    0.16666521,
    0.49999994,
]
EXPONENTIAL_64 = [
    2.4999972544908345e-08,
    2.763019640992888e-07,
    2.755758644490757e-06,
    2.4801493251441534e-05,
    0.00019841269506783548,
    0.0013888888943473549,
    0.0083333333334942,
    0.04166666666653081,
    0.16666666666666413,
    0.500000000000001,
]

# (log(1 + g) - g) / g^2, for 1 + g between the roots of 1/2 and of 2
LOGARITHM_32 = [
    -0.07621864,
    0.1290435,
    -0.13242905,
    0.14181834,
    -0.16609095,
    0.20001973,
    -0.25001583,
    0.33333325,
    -0.49999988,
]

# (2 atanh(s) - 2 s) / s^3 by s^2, for s = g / (2 + g)
LOGARITHM_64 = [
    0.14791951321618063,
    0.1531447853191112,
    0.18183546198304734,
    0.22222198957363926,
    0.2857142873816544,
    0.399999999994369,
    0.6666666666666731,
]

# erf(x) / x - 1 by x^2, for x up to 1
ERF_INNER_32 = [
    7.889123e-05,
    -0.0008020842,
    0.0051895357,
    -0.026854444,
    0.112836,
    -0.37612626,
    0.12837917,
]
ERF_INNER_64 = [
    -7.801188822447732e-10,
    1.3722975089060772e-08,
    -1.6209175330749294e-07,
    1.6447517554935387e-06,
    -1.4924744648903941e-05,
    0.00012055295319469775,
    -0.0008548325989651734,
    0.005223977607422264,
    -0.026866170643276035,
    0.11283791670945252,
    -0.3761263890318355,
    0.12837916709551256,
]

# log(erfc(x)), for x from 1 on
ERF_OUTER_32 = [
    0.00018557394,
    -0.0029396068,
    0.021805316,
    -0.103037365,
    -0.6382257,
    -1.12704,
    -0.00035371978,
]
ERF_OUTER_64 = [
    1.7403492181585653e-11,
    -6.410779473826677e-10,
    1.0726391888769925e-08,
    -1.0643401852696086e-07,
    6.753783152005889e-07,
    -2.61069540953023e-06,
    3.3752180059809297e-06,
    2.8681997114153996e-05,
    -0.00023218614445429163,
    0.0009226362868569162,
    -0.002102434938553973,
    0.0005878850188559514,
    0.018862380013563128,
    -0.10263593012728232,
    -0.6366682546023318,
    -1.1283685492516846,
    -1.0817549422024843e-06,
]

# 2 erfc(x) exp(x^2) = above / (above line + rest), for x from 0 on
ERFC_ABOVE_32 = [
    0.08629284,
    0.60719365,
    1.9476204,
    3.3104548,
    2.6875,
]
ERFC_LINE_32 = [
    0.88621414,
    0.00055384426,
]
ERFC_REST_32 = [
    0.03729306,
    0.27383906,
    0.7879536,
    1.3422616,
]
ERFC_ABOVE_64 = [
    3.8077769793940846e-05,
    0.0008394153073281661,
    0.009082269496647713,
    0.06274157880720328,
    0.3043188017591119,
    1.0787915841745335,
    2.8271047680146646,
    5.415469598216338,
    7.290035399765414,
    6.28623084398445,
    2.6875,
]
ERFC_LINE_64 = [
    0.8862269254525214,
    4.340631700974288e-11,
]
ERFC_REST_64 = [
    1.687277228477325e-05,
    0.00037195622793586707,
    0.004007602962334476,
    0.027429685367637326,
    0.1308654058515031,
    0.4511561199586873,
    1.1277768250960287,
    1.9877822662076292,
    2.2776400653503073,
    1.3437499998833455,
]


# What both formats have, and what differs: of float32, of float64.
COMMON = {"zero": 0, "half": 0.5, "one": 1, "two": 2, "infinity": np.inf, "nan": np.nan}
COMMON |= {"log2_e": 1 / math.log(2), "sqrt_half": math.sqrt(0.5)}
NUMBERS = {
    # Of so few bits that its product with an exponent is exact.
    "ln2": (0.69314575, 0.6931471803691238),
    "ln2_rest": (1.4286068e-06, 1.9082149292705877e-10),
    # Adding it rounds to a whole number n. The last bits of the sum are n and what it
    # takes to make it the exponent of half of 2**n.
    "rounder": (1.5 * 2.0**23 + 126, 1.5 * 2.0**52 + 1022),
    "smallest": (2.0**-126, 2.0**-1022),
    # Where exponentials leave the numbers.
    "lowest": (-87.5, -708.5),
    "highest": (89.0, 710.0),
    # Beyond them, functions are constant.
    "expm1_end": (-20, -40),
    "tanh_end": (10, 20),
    "erf_end": (4, 6),
    # There n is the lowest one, of which half of 2**n has the bits of zero.
    "erfc_end": (9.35, 26.615),
}
POLYNOMIALS = {
    "exponential": (EXPONENTIAL_32, EXPONENTIAL_64),
    "logarithm": (LOGARITHM_32, LOGARITHM_64),
    "erf_inner": (ERF_INNER_32, ERF_INNER_64),
    "erf_outer": (ERF_OUTER_32, ERF_OUTER_64),
    "erfc_above": (ERFC_ABOVE_32, ERFC_ABOVE_64),
    "erfc_line": (ERFC_LINE_32, ERFC_LINE_64),
    "erfc_rest": (ERFC_REST_32, ERFC_REST_64),
}


def _format(number: Any, word: Any, index: int) -> Any:
    """The constants of a floating-point format, in its own types."""
    exponential = POLYNOMIALS["exponential"][index]
    constants = {
        **{name: number(value) for name, value in COMMON.items()},
        **{name: number(pair[index]) for name, pair in NUMBERS.items()},
        **{name: tuple(map(number, x[index])) for name, x in POLYNOMIALS.items()},
        "twice_exponential": tuple(number(2 * c) for c in (*exponential, 1, 1)),
        "exponent_at": np.finfo(number).nmant,
    }
    constants["fraction_bits"] = (1 << constants["exponent_at"]) - 1
    return namedtuple("Format", constants)(**constants)


FORMATS = {
    types.float32: (_format(np.float32, np.int32, 0), np.int32),
    types.float64: (_format(np.float64, np.int64, 1), np.int64),
}


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
