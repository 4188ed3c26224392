"""Derivative rules agree with finite differences and with one another."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.autodiff import pullback, pushforward
from reference_impl.core.tensor import variable

# The step that balances the two errors of a central difference: what the third
# derivative contributes grows with its square, rounding grows with its inverse.
STEP = np.finfo(np.float64).eps ** (1 / 3)

# With that step either error is near 1e-10 times a value or a third derivative; the
# domains of the ops keep these below 1e4.
DIFFERENCE_TOLERANCE = 1e-6

# Of the sum of the sizes of a few dozen products, each of which is rounded.
PRODUCT_TOLERANCE_ULPS = 64

only_float64 = pytest.mark.parametrize("dtype", [ri.float64], ids=str)


def assert_slopes(came, weight, sample, position):
    """Compare with central differences of a scalar function of one input."""
    x = sample.arrays[position]
    slopes = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = STEP
        ahead, behind = (
            sample.moved(position, x + step),
            sample.moved(position, x - step),
        )
        slopes[index] = (weight(ahead) - weight(behind)) / (2 * STEP)
    np.testing.assert_allclose(
        came, slopes, rtol=DIFFERENCE_TOLERANCE, atol=DIFFERENCE_TOLERANCE
    )


def elements(x, like):
    """The elements of a derivative, where `None` is a structural zero."""
    return np.zeros(like.shape) if x is None else x.numpy()


def inner_product(xs, ys):
    """The sum of all products in float64, and the sum of their sizes."""
    products = [
        np.asarray(x, np.float64) * np.asarray(y) for x, y in zip(xs, ys, strict=True)
    ]
    return sum(map(np.sum, products)), sum(np.abs(p).sum() for p in products)


def variables(sample):
    return [variable(sample.tensors[i]) for i in sample.floating]


def pulled(sample, g, floating):
    """The cotangents of the floating inputs, which are variables."""
    return pullback([sample.apply_floating(floating)], [g], floating)


@only_float64
def test_vjp_equals_finite_differences(sample, rng):
    g = sample.cotangent(rng)
    cotangents = sample.vjp(g)

    for i in sample.floating:
        assert_slopes(
            elements(cotangents[i], sample.arrays[i]),
            lambda there: np.sum(g.numpy() * there.compute()),
            sample,
            i,
        )


@only_float64
def test_second_derivative_equals_finite_differences_of_the_first(sample, rng):
    g = sample.cotangent(rng)
    directions = [t for t in sample.tangents(rng) if t is not None]
    outer = variables(sample)
    first = pulled(sample, g, [variable(x) for x in outer])
    second = pullback(first, directions, outer)

    def slope_along_directions(there):
        gradient = pulled(there, g, variables(there))
        return inner_product(gradient, directions)[0]

    for i, came in zip(sample.floating, second, strict=True):
        assert_slopes(came, slope_along_directions, sample, i)


def test_jvp_and_vjp_are_adjoint(sample, dtype, rng):
    g, tangents = sample.cotangent(rng), sample.tangents(rng)
    t, cotangents = sample.jvp(tangents), sample.vjp(g)

    forward, size = inner_product([elements(t, g)], [g])
    reverse, _ = inner_product(
        [elements(cotangents[i], tangents[i]) for i in sample.floating],
        [tangents[i] for i in sample.floating],
    )

    allowed = PRODUCT_TOLERANCE_ULPS * np.finfo(dtype).eps * max(size, 1)
    assert abs(forward - reverse) <= allowed


def test_the_derivative_of_vjp_by_its_cotangent_is_jvp(sample, dtype, rng):
    g = variable(sample.cotangent(rng))
    tangents = [t for t in sample.tangents(rng) if t is not None]
    inputs = variables(sample)
    out = sample.apply_floating(inputs)

    (twice_down,) = pullback(pullback([out], [g], inputs), tangents, [g])
    (up,) = pushforward([out], inputs, tangents)

    tolerance = PRODUCT_TOLERANCE_ULPS * np.finfo(dtype).eps
    np.testing.assert_allclose(twice_down, up, rtol=tolerance, atol=tolerance)


def test_a_cotangent_is_none_or_like_its_input(sample, rng):
    cotangents = sample.vjp(sample.cotangent(rng))

    for x, gx in zip(sample.arrays, cotangents, strict=True):
        assert gx is None or (gx.shape, gx.dtype) == (x.shape, x.dtype)
        assert gx is None or x.dtype.kind == "f"


def test_a_tangent_is_none_or_like_the_result(sample, rng):
    out, t = sample.compute(), sample.jvp(sample.tangents(rng))

    assert t is None or (t.shape, t.dtype) == (out.shape, out.dtype)


def test_a_missing_tangent_counts_as_zero(sample, rng):
    out, tangents = sample.compute(), sample.tangents(rng)

    for i in sample.floating if len(sample.floating) > 1 else ():
        missing, zero = list(tangents), list(tangents)
        missing[i], zero[i] = None, ri.zeros_like(tangents[i])

        np.testing.assert_array_equal(
            elements(sample.jvp(missing), out), elements(sample.jvp(zero), out)
        )
