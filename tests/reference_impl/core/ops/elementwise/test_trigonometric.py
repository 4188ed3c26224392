import math

import numpy as np
import pytest

import reference_impl as ri

without_warnings = pytest.mark.filterwarnings("error")


@without_warnings
@pytest.mark.parametrize("function", [ri.hypot, ri.atan2])
def test_nothing_flows_at_the_origin(function):
    gradient = ri.grad(lambda x, y: function(x, y), argnums=(0, 1))
    second = ri.grad(lambda x: gradient(x, x)[0])

    of_x, of_y = gradient(ri.tensor(0.0), ri.tensor(0.0))

    assert (of_x.item(), of_y.item()) == (0, 0)
    assert second(ri.tensor(0.0)).item() == 0


@without_warnings
def test_a_distance_does_not_overflow_nor_do_its_slopes():
    x, y = ri.tensor(3e30), ri.tensor(4e30)

    slopes = ri.grad(ri.hypot, argnums=(0, 1))(x, y)
    turns = ri.grad(ri.atan2, argnums=(0, 1))(x, y)

    assert ri.hypot(x, y).item() == pytest.approx(5e30)
    np.testing.assert_allclose([s.item() for s in slopes], [0.6, 0.8], rtol=1e-6)
    needed = [4 / 25e30, -3 / 25e30]
    np.testing.assert_allclose([t.item() for t in turns], needed, rtol=1e-6)


def test_an_angle_knows_its_quadrant():
    y, x = ri.tensor([1.0, 1.0, -1.0, -1.0]), ri.tensor([1.0, -1.0, -1.0, 1.0])

    came = ri.atan2(y, x) / (math.pi / 4)

    np.testing.assert_allclose(came, [1, 3, -3, -1], rtol=1e-6)


@without_warnings
@pytest.mark.parametrize("function", [ri.asinh, ri.acosh])
def test_the_slope_of_an_inverse_hyperbolic_function_does_not_overflow(function):
    assert ri.grad(function)(ri.tensor(1e30)).item() == pytest.approx(1e-30, rel=1e-4)


def test_an_inverse_has_the_inverse_slope_in_every_complex_quadrant():
    w = np.array([0.5 + 0.4j, 0.5 - 0.4j, -0.5 + 0.4j, -0.5 - 0.4j])
    pairs = [(ri.asin, np.cos), (ri.atan, lambda w: 1 / np.cos(w) ** 2)]
    pairs += [(ri.asinh, np.cosh), (ri.atanh, lambda w: 1 / np.cosh(w) ** 2)]
    functions = {ri.asin: np.sin, ri.atan: np.tan, ri.asinh: np.sinh}
    functions[ri.atanh] = np.tanh

    for inverse, slope in pairs:
        x = ri.tensor(functions[inverse](w))
        _, t = ri.jvp(inverse, (x,), (ri.ones_like(x),))
        np.testing.assert_allclose(t.numpy() * slope(w), np.ones(4), rtol=1e-14)


def test_acosh_has_the_inverse_slope_in_every_complex_quadrant():
    w = np.array([0.5 + 0.4j, 0.5 - 0.4j, 0.5 + 2.4j, 0.5 - 2.4j])
    x = ri.tensor(np.cosh(w))

    _, t = ri.jvp(ri.acosh, (x,), (ri.ones_like(x),))

    np.testing.assert_allclose(t.numpy() * np.sinh(w), np.ones(4), rtol=1e-14)
