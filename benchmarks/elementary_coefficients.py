"""Coefficients of the polynomials in `reference_impl/core/codegen/elementary.py`.

Each is fitted by Remez' algorithm in 50 digits: a polynomial whose weighted error has
equally high peaks of alternating sign is the best of its degree. The program prints a
table for every function; errors are given as powers of two.

    python benchmarks/elementary_coefficients.py
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 50
ROUNDS = 12
GRID = 2000
TINY = mp.mpf("1e-20")  # where a quotient has lost its digits


def chebyshev(low, high, count):
    """Points in an interval, denser at its ends."""
    angles = [mp.pi * k / (count - 1) for k in range(count)]
    return [(low + high - (high - low) * mp.cos(angle)) / 2 for angle in angles]


def solved(points, function, weight, degree):
    """The polynomial whose weighted errors at the points are equal but for the sign."""
    rows = mp.matrix(degree + 2)
    right = mp.matrix(degree + 2, 1)
    for i, x in enumerate(points):
        for power in range(degree + 1):
            rows[i, power] = x**power
        rows[i, degree + 1] = (-1) ** i / weight(x)
        right[i] = function(x)
    return list(mp.lu_solve(rows, right))[:-1]


def peaks(errors, count):
    """The positions of the highest error of each sign in turn."""
    runs, start = [], 0
    for i in range(1, len(errors) + 1):
        if i == len(errors) or (errors[i] > 0) != (errors[start] > 0):
            runs.append(max(range(start, i), key=lambda j: abs(errors[j])))
            start = i
    while len(runs) > count:
        runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
    return runs


def fit(function, low, high, degree, weight=lambda x: 1):
    """Coefficients of the best polynomial, the highest power first, and its error."""
    points = chebyshev(mp.mpf(low), mp.mpf(high), degree + 2)
    grid = chebyshev(mp.mpf(low), mp.mpf(high), GRID)
    values, weights = [function(x) for x in grid], [weight(x) for x in grid]
    for _ in range(ROUNDS):
        found = solved(points, function, weight, degree)
        errors = [
            w * (mp.polyval(found[::-1], x) - y)
            for x, y, w in zip(grid, values, weights, strict=True)
        ]
        highest = peaks(errors, degree + 2)
        if len(highest) < degree + 2:
            break
        points = [grid[i] for i in highest]
    return found[::-1], max(map(abs, errors))


def exponential(r):
    """What `exp` adds to 1 + r, over r squared."""
    return (mp.exp(r) - 1 - r) / r**2 if abs(r) > TINY else mp.mpf("0.5")


def logarithm(z):
    """What 2 atanh(s) adds to 2 s, over s^3, at z = s^2."""
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / s**3 if z else mp.mpf(2) / 3


def inner(z):
    """`erf(x) / x - 1` at z = x^2."""
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1 if z else 2 / mp.sqrt(mp.pi) - 1


def outer(x):
    """The logarithm of what `erf` lacks to one."""
    return mp.log(mp.erfc(x))


# Errors are multiplied by what vanishes at zero; this much of a weight is left there.
NEAR_ZERO = mp.mpf("1e-4")

HALF = mp.log(2) / 2
SQUARE = (mp.sqrt(2) - 1) ** 2 / (mp.sqrt(2) + 1) ** 2

TABLE = {
    "EXPONENTIAL": (
        exponential,
        -HALF,
        HALF,
        (4, 9),
        lambda r: (r**2 + NEAR_ZERO) / mp.exp(r),
    ),
    "LOGARITHM": (logarithm, 0, SQUARE, (2, 6), lambda z: z + NEAR_ZERO),
    "ERF_INNER": (inner, 0, 1, (6, 11), lambda z: 1),
    "ERF_OUTER": (outer, 1, (4, 6), (6, 16), mp.erfc),
}


def main():
    for name, (function, low, high, degrees, weight) in TABLE.items():
        highs = high if isinstance(high, tuple) else (high, high)
        for dtype, degree, end in zip(
            ("float32", "float64"), degrees, highs, strict=True
        ):
            found, error = fit(function, low, end, degree, weight)
            print(f"{name} {dtype}: error 2^{float(mp.log(error, 2)):.1f}")
            for coefficient in found:
                print(f"    {np.dtype(dtype).type(float(coefficient))!s},")


if __name__ == "__main__":
    main()
