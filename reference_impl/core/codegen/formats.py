"""The numbers that elementary functions are made of, for float32 and for float64.

The polynomials are minimax: fitted by Remez' algorithm in 50 digits of precision, with
the weights that make relative errors of the result equal
(`benchmarks/elementary_coefficients.py`). The coefficient of the highest power comes
first.
"""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

import numpy as np
from numba import types

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


def _format(number: Any, index: int) -> Any:
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
    types.float32: (_format(np.float32, 0), np.int32),
    types.float64: (_format(np.float64, 1), np.int64),
}
