"""Coefficients of the polynomials in `reference_impl/core/codegen/formats.py`.

Each is fitted by Remez' algorithm in 50 digits: a polynomial whose weighted error has
equally high peaks of alternating sign is the best of its degree, and so is a quotient
of two. The program prints a table for every function; errors are given as powers of
two.

    python benchmarks/elementary_coefficients.py
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 50
DTYPES = ("float32", "float64")
ROUNDS = 12
STEPS = 12  # of Newton's method, for a quotient with given peaks
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


def spread(low, high, count):
    """Points that are denser at the ends, and by far at the lower one."""
    near, far = [(x - 2) / (x + 2) for x in (mp.mpf(low), mp.mpf(high))]
    return [2 * (1 + u) / (1 - u) for u in chebyshev(near, far, count)]


def solved_quotient(points, function, degree, below, error):
    """A polynomial over another of one degree more, with equal relative errors.

    The lowest power of the second is one; `below` and `error` are guesses.
    """
    size = 2 * degree + 3
    for _ in range(STEPS):
        rows, right = mp.matrix(size), mp.matrix(size, 1)
        for i, x in enumerate(points):
            y, sign = function(x), (-1) ** i
            wanted = y * (1 + sign * error)
            for power in range(degree + 1):
                rows[i, power] = x**power
                rows[i, degree + 1 + power] = -wanted * x ** (power + 1)
            rows[i, size - 1] = -sign * y * mp.polyval(below[::-1], x)
            right[i] = wanted + error * rows[i, size - 1]
        *found, error = mp.lu_solve(rows, right)
        below = [mp.mpf(1), *found[degree + 1 :]]
    return found[: degree + 1], below, error


def fit_quotient(function, low, high, degree):
    """Coefficients of the best quotient, the highest powers first, and its error."""
    points, grid = spread(low, high, 2 * degree + 3), spread(low, high, GRID)
    values = [function(x) for x in grid]
    below, error = [mp.mpf(1)] + [mp.mpf(0)] * (degree + 1), mp.mpf(0)
    for _ in range(ROUNDS):
        above, below, error = solved_quotient(points, function, degree, below, error)
        errors = [
            mp.polyval(above[::-1], x) / mp.polyval(below[::-1], x) / y - 1
            for x, y in zip(grid, values, strict=True)
        ]
        points = [grid[i] for i in peaks(errors, len(points))]
    return above[::-1], below[::-1], max(map(abs, errors))


def divided(x, y):
    """A polynomial over another of one degree less: a line, and what is left over."""
    line, rest = [], list(x)
    for _ in range(2):
        line.append(rest[0] / y[0])
        y_too = [*y, *[0] * (len(rest) - len(y))]
        rest = [a - line[-1] * b for a, b in zip(rest, y_too, strict=True)][1:]
    return line, rest


def exponential(r):
    """What `exp` adds to 1 + r, over r squared."""
    return (mp.exp(r) - 1 - r) / r**2 if abs(r) > TINY else mp.mpf("0.5")


def logarithm(g):
    """What `log` adds to g at 1 + g, over g squared."""
    return (mp.log1p(g) - g) / g**2 if abs(g) > TINY else mp.mpf("-0.5")


def logarithm_by_quotient(z):
    """What 2 atanh(s) adds to 2 s, over s^3, at z = s^2."""
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / s**3 if z else mp.mpf(2) / 3


def inner(z):
    """`erf(x) / x - 1` at z = x^2."""
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1 if z else 2 / mp.sqrt(mp.pi) - 1


def complement(x):
    """`erfc` without its exponential."""
    return mp.erfc(x) * mp.exp(x**2)


def outer(x):
    """The logarithm of what `erf` lacks to one."""
    return mp.log(mp.erfc(x))


# Errors are multiplied by what vanishes at zero; this much of a weight is left there.
NEAR_ZERO = mp.mpf("1e-4")

HALF = mp.log(2) / 2
SQUARE = (mp.sqrt(2) - 1) ** 2 / (mp.sqrt(2) + 1) ** 2

ROOT = mp.sqrt(2)

# Of float32 and of float64: the degree, and the end if they differ in it.
TABLE = {
    "EXPONENTIAL": (
        exponential,
        -HALF,
        (HALF, HALF),
        (4, 9),
        lambda r: (r**2 + NEAR_ZERO) / mp.exp(r),
    ),
    "LOGARITHM": (
        logarithm,
        1 / ROOT - 1,
        (ROOT - 1, None),
        (8, None),
        lambda g: (abs(g) + NEAR_ZERO) * (g / mp.log1p(g) if g else 1),
    ),
    "LOGARITHM by quotient": (
        logarithm_by_quotient,
        0,
        (None, SQUARE),
        (None, 6),
        lambda z: z + NEAR_ZERO,
    ),
    "ERF_INNER": (inner, 0, (1, 1), (6, 11), lambda z: 1),
    "ERF_OUTER": (outer, 1, (4, 6), (6, 16), mp.erfc),
}
QUOTIENTS = {"ERFC": (complement, 0, (9.35, 26.615), (4, 10))}

# Quotients may have any factor above and below. With this one the roundings of float32
# add up to the least: 3.1 units in the last place instead of 3.9.
FACTOR = mp.mpf("1.34375")


def show(name, dtype, numbers, error):
    """Print a table."""
    print(f"{name} {dtype}: error 2^{float(mp.log(error, 2)):.1f}")
    for number in numbers:
        print(f"    {np.dtype(dtype).type(float(number))!s},")


def main():
    for name, (function, low, highs, degrees, weight) in TABLE.items():
        for dtype, degree, high in zip(DTYPES, degrees, highs, strict=True):
            if degree is not None:
                show(name, dtype, *fit(function, low, high, degree, weight))
    for name, (function, low, highs, degrees) in QUOTIENTS.items():
        for dtype, degree, high in zip(DTYPES, degrees, highs, strict=True):
            above, below, error = fit_quotient(function, low, high, degree)
            line, rest = divided(below, above)
            show(f"{name}_ABOVE", dtype, [2 * FACTOR * x for x in above], error)
            show(f"{name}_LINE", dtype, [x / 2 for x in line], error)
            show(f"{name}_REST", dtype, [FACTOR * x for x in rest], error)


if __name__ == "__main__":
    main()
