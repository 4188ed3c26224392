"""Derivative rules agree with finite differences and with one another."""

from dataclasses import replace

import numpy as np
from laws.sampling import elements, eps, is_inexact, widened

import reference_impl as ri
from reference_impl.core.tensor import variable
from reference_impl.core.walk import pullback, pushforward

# The step that balances the two errors of a central difference: what the third
# derivative contributes grows with its square, rounding grows with its inverse.
STEP = np.finfo(np.float64).eps ** (1 / 3)

# With that step either error is near 1e-10 times a value or a third derivative; the
# domains of the ops keep these below 1e4.
DIFFERENCE_TOLERANCE = 1e-6

# Of the sum of the sizes of a few dozen products, each of which is rounded.
PRODUCT_TOLERANCE_ULPS = 64


def inner_product(xs, ys):
    """The real part of the sum of conj(x) y in float64, and the sum of the sizes."""
    products = [
        np.conj(np.asarray(x, np.complex128)) * np.asarray(y, np.complex128)
        for x, y in zip(xs, ys, strict=True)
    ]
    total = sum((np.sum(p.real) for p in products), np.float64(0))
    return total, sum(np.abs(p).sum() for p in products)


def slope_along(direction, weight, sample, position):
    x = sample.arrays[position]
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = direction * STEP
        ahead = weight(sample.moved(position, x + step))
        behind = weight(sample.moved(position, x - step))
        slopes[index] = (ahead - behind) / (2 * STEP)
    return slopes


def assert_slopes(came, weight, sample, position):
    """Compare with central differences of a real function of one input.

    The cotangent of a complex number holds the slope along the real axis and, as its
    imaginary part, the one along the imaginary axis.
    """
    slopes = slope_along(1, weight, sample, position)
    if sample.arrays[position].dtype.kind == "c":
        slopes = slopes + 1j * slope_along(1j, weight, sample, position)
    np.testing.assert_allclose(
        came, slopes, rtol=DIFFERENCE_TOLERANCE, atol=DIFFERENCE_TOLERANCE
    )


def variables(sample):
    return [variable(sample.tensors[i]) for i in sample.inexact]


def pulled(sample, g, inexact):
    """The cotangents of the inexact inputs, which are variables."""
    return pullback(sample.apply_inexact(inexact), g, inexact)


def test_vjp_equals_finite_differences(exact_sample, rng):
    sample, g = exact_sample, exact_sample.cotangents(rng)
    cotangents = sample.vjp(g)

    for i in sample.inexact:
        assert_slopes(
            elements(cotangents[i], sample.arrays[i]),
            lambda there: inner_product(g, there.compute())[0],
            sample,
            i,
        )


def test_second_derivative_equals_finite_differences_of_the_first(exact_sample, rng):
    sample, g = exact_sample, exact_sample.cotangents(rng)
    directions = [t for t in sample.tangents(rng) if t is not None]
    outer = variables(sample)
    first = pulled(sample, g, [variable(x) for x in outer])
    second = pullback(first, directions, outer)

    def slope_along_directions(there):
        gradient = pulled(there, g, variables(there))
        return inner_product(directions, gradient)[0]

    for i, came in zip(sample.inexact, second, strict=True):
        assert_slopes(came, slope_along_directions, sample, i)


def test_jvp_and_vjp_are_adjoint(inexact_sample, rng):
    sample = inexact_sample
    g, tangents = sample.cotangents(rng), sample.tangents(rng)
    moved, cotangents = sample.jvp(tangents), sample.vjp(g)

    forward, size = inner_product(
        [elements(t, each) for t, each in zip(moved, g, strict=True)], g
    )
    reverse, _ = inner_product(
        [tangents[i] for i in sample.inexact],
        [elements(cotangents[i], tangents[i]) for i in sample.inexact],
    )

    allowed = PRODUCT_TOLERANCE_ULPS * eps(sample.dtype) * max(size, 1)
    assert abs(forward - reverse) <= allowed


def test_the_derivative_of_vjp_by_its_cotangent_is_jvp(inexact_sample, rng):
    sample = inexact_sample
    g = [variable(each) for each in sample.cotangents(rng)]
    tangents = [t for t in sample.tangents(rng) if t is not None]
    inputs = variables(sample)
    out = sample.apply_inexact(inputs)

    twice_down = pullback(pullback(out, g, inputs), tangents, g)
    up = pushforward(out, inputs, tangents)

    tolerance = PRODUCT_TOLERANCE_ULPS * eps(sample.dtype)
    for came, needed in zip(twice_down, up, strict=True):
        size = np.abs(needed.numpy().astype(complex)).max(initial=1)
        np.testing.assert_allclose(
            came.numpy().astype(complex),
            needed.numpy().astype(complex),
            rtol=tolerance,
            atol=tolerance * size,
        )


def test_a_cotangent_is_none_or_like_its_input(inexact_sample, rng):
    sample = inexact_sample
    cotangents = sample.vjp(sample.cotangents(rng))

    for x, gx in zip(sample.arrays, cotangents, strict=True):
        assert gx is None or (gx.shape, gx.dtype) == (x.shape, x.dtype)
        assert gx is None or is_inexact(x)


def test_a_tangent_is_none_or_like_the_result(inexact_sample, rng):
    sample = inexact_sample
    moved = sample.jvp(sample.tangents(rng))

    for out, t in zip(sample.compute(), moved, strict=True):
        assert t is None or (t.shape, t.dtype) == (out.shape, out.dtype)


def test_a_cotangent_is_that_of_a_wider_dtype(narrow_sample, rng):
    sample, g = narrow_sample, narrow_sample.cotangents(rng)
    wider = replace(sample, arrays=tuple(map(widened, sample.arrays)))

    narrow, wide = sample.vjp(g), wider.vjp([ri.tensor(widened(x.numpy())) for x in g])

    for i in sample.inexact:
        needed = elements(wide[i], sample.arrays[i])
        size = np.abs(needed).max(initial=1)
        np.testing.assert_allclose(
            widened(elements(narrow[i], sample.arrays[i])),
            needed,
            rtol=0,
            atol=PRODUCT_TOLERANCE_ULPS * eps(sample.dtype) * size,
        )
