import math

import numpy as np
import pytest

import reference_impl as ri

# Ours is exact to 10 units in the last place, Python's is where it is not near 1 or 2.
TOLERANCE = 32 * np.finfo(np.float64).eps

# Recurrences and reflections add two or three numbers, each of which is rounded.
IDENTITY_TOLERANCE = 1e-12

RANDOM = np.random.default_rng(7).uniform
POSITIVE = np.concatenate(
    [
        np.linspace(0.01, 30, 3_001),
        10 ** RANDOM(-300, 300, 1_000),
        np.arange(1, 40) / 2,
    ]
)
# Not nearer to a pole or a zero than this: there little is left of a difference.
NEGATIVE = -np.arange(20)[:, None] - np.linspace(0.1, 0.9, 5)
ORDERS = range(5)


def number(x):
    return ri.tensor(np.asarray(x, np.float64))


def test_lgamma_is_that_of_pythons_library():
    for x in (POSITIVE, NEGATIVE):
        needed = np.vectorize(math.lgamma)(x)

        np.testing.assert_allclose(
            ri.lgamma(number(x)), needed, rtol=TOLERANCE, atol=TOLERANCE
        )


def test_lgamma_keeps_its_digits_beside_its_zeros():
    small = 10.0 ** -np.arange(4, 15)

    for zero, slope, curvature in (
        (1, -np.euler_gamma, math.pi**2 / 6),
        (2, 1 - np.euler_gamma, math.pi**2 / 6 - 1),
    ):
        h = (zero + small) - zero
        np.testing.assert_allclose(
            ri.lgamma(number(zero + h)),
            slope * h + curvature * h**2 / 2,
            rtol=h[0] ** 2,
        )
        assert ri.lgamma(number(zero)).item() == 0


@pytest.mark.filterwarnings("error")
def test_poles_and_infinities():
    inf, nan = np.inf, np.nan
    x = number([0.0, -1.0, inf, nan])

    np.testing.assert_array_equal(ri.lgamma(x), [inf, inf, inf, nan])
    np.testing.assert_array_equal(ri.digamma(x), [-inf, nan, inf, nan])
    np.testing.assert_array_equal(ri.polygamma(x, order=1), [inf, nan, 0, nan])


def test_polygammas_have_their_closed_forms():
    euler, root = np.euler_gamma, math.pi**2
    apery = 1.2020569031595942  # the sum of 1 / n^3

    for order, x, needed in (
        (0, 1, -euler),
        (0, 0.5, -euler - 2 * math.log(2)),
        (0, 10, -euler + sum(1 / n for n in range(1, 10))),
        (1, 1, root / 6),
        (1, 0.5, root / 2),
        (2, 1, -2 * apery),
        (3, 1, root**2 / 15),
    ):
        came = ri.polygamma(number(x), order=order).item()
        assert came == pytest.approx(needed, rel=TOLERANCE)


@pytest.mark.parametrize("order", ORDERS)
def test_a_step_of_one_adds_a_power(order):
    for x in (POSITIVE[:3_001], NEGATIVE):
        here, there = (ri.polygamma(number(y), order=order).numpy() for y in (x, x + 1))
        step = (-1) ** order * math.factorial(order) / x ** (order + 1)

        size = np.maximum(np.abs(here) + np.abs(there), 1)
        assert np.all(np.abs(there - here - step) <= IDENTITY_TOLERANCE * size)


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_is_the_derivative_of_the_one_before(order):
    x = number([-2.5, -0.3, 0.2, 1.0, 1.4616, 7.0, 1e5])

    function = ri.lgamma
    for _ in range(order + 1):
        function = ri.grad(lambda x, function=function: ri.sum(function(x)))

    np.testing.assert_allclose(
        function(x), ri.polygamma(x, order=order), rtol=IDENTITY_TOLERANCE
    )


def test_a_power_that_is_too_small_is_none_beside_its_factorial():
    # The first term of Abramowitz and Stegun's 6.4.11, with its next: order! / 2 x.
    for x, order in ((267538.0, 60), (1e4, 85)):
        leading = math.lgamma(order) - order * math.log(x)
        needed = -math.exp(leading + math.log1p(order / (2 * x)))
        assert x**-order == 0

        came = ri.polygamma(number(x), order=order).item()

        # Of a logarithm of 600 the exponential has 13 digits; the next terms are small.
        signed = needed if order % 2 == 0 else -needed
        assert came == pytest.approx(signed, rel=1e-4, abs=0)


def test_narrow_floats_are_rounded_once():
    x = POSITIVE[:3_001].astype(np.float16)

    for dtype in (ri.float16, ri.bfloat16, ri.float32):
        narrow = ri.tensor(x).astype(dtype)
        wide = narrow.astype(ri.float64)
        for function in (ri.lgamma, ri.digamma):
            came = function(narrow)
            assert came.dtype == dtype
            np.testing.assert_array_equal(came, function(wide).numpy().astype(dtype))


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (3, 5000)], ids=str)
def test_any_shape_is_evaluated_element_by_element(shape):
    x = np.linspace(0.5, 12, math.prod(shape)).reshape(shape)

    for function in (ri.lgamma, ri.digamma):
        came = function(number(x))
        assert came.shape == shape
        alone = [function(number(each)).item() for each in x.ravel()[:50]]
        np.testing.assert_array_equal(came.numpy().ravel()[:50], alone)


def test_an_order_that_is_none_is_refused():
    x = number(1)

    with pytest.raises(ri.DtypeError, match=r"polygamma: the order must be an integer"):
        ri.polygamma(x, order=1.0)
    with pytest.raises(
        ri.RangeError, match=r"polygamma: the order must lie in \[0, 100\], -1 came"
    ):
        ri.polygamma(x, order=-1)
    assert np.isfinite(ri.polygamma(x, order=100).item())
    with pytest.raises(ri.DtypeError, match="polygamma"):
        ri.polygamma(ri.tensor([1, 2]), order=0)
