import math

import numpy as np
import pytest

import reference_impl as ri

without_warnings = pytest.mark.filterwarnings("error")


@without_warnings
@pytest.mark.parametrize("dtype", [ri.float16, ri.float32, ri.float64], ids=str)
def test_sigmoid_and_its_derivative_are_finite_far_out(dtype):
    x = ri.tensor([-60000.0, -1000.0, 0.0, 1000.0, np.inf, -np.inf]).astype(dtype)

    gradient = ri.grad(lambda x: ri.sum(ri.sigmoid(x)))(x)

    np.testing.assert_array_equal(ri.sigmoid(x), [0, 0, 0.5, 1, 1, 0])
    np.testing.assert_array_equal(gradient, [0, 0, 0.25, 0, 0, 0])


def test_a_small_sigmoid_is_the_exponential():
    x = np.array([-30.0, -80.0], np.float32)

    np.testing.assert_allclose(ri.sigmoid(ri.tensor(x)), np.exp(x), rtol=1e-6)


def test_the_derivative_of_expm1_is_precise_where_it_is_small():
    gradient = ri.grad(ri.expm1)(ri.tensor(-40.0, dtype="float64"))

    assert gradient.item() == pytest.approx(math.exp(-40), rel=1e-15)


@without_warnings
def test_probabilities_add_by_their_logarithms_where_exponentials_overflow():
    x, y = ri.tensor([1000.0, -1000.0]), ri.tensor([1000.0, -1001.0])

    difference = ri.logaddexp(x, y) - x

    needed = np.array([math.log(2), math.log1p(math.exp(-1))], np.float32)
    np.testing.assert_allclose(difference, needed, atol=1e-4)  # 1 ulp of 1000


@without_warnings
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_of_infinities_and_what_is_no_number_logaddexp_is_as_numpys(dtype):
    ends = np.array([-np.inf, -6e4, -1.0, 0.0, 6e4, np.inf, np.nan])
    x, y = (ri.tensor(z, dtype=dtype) for z in np.meshgrid(ends, ends))

    came = ri.logaddexp(x, y)

    wide = (z.numpy().astype(np.float64) for z in (x, y))
    with np.errstate(invalid="ignore"):
        needed = ri.tensor(np.logaddexp(*wide), dtype=dtype)
    assert came.dtype == dtype
    np.testing.assert_allclose(
        *(z.numpy().astype(np.float64) for z in (came, needed)), rtol=2e-7
    )


@without_warnings
def test_zero_probabilities_pass_no_gradient_on():
    x, y = ri.tensor([-np.inf, -np.inf, 1.0]), ri.tensor([-np.inf, 2.0, -np.inf])

    of_x, of_y = ri.grad(
        lambda x, y: ri.sum(ri.logaddexp(x, y)[1:]) + ri.logaddexp(x, y)[0],
        argnums=(0, 1),
    )(x, y)

    np.testing.assert_array_equal(ri.logaddexp(x, y), [-np.inf, 2, 1])
    np.testing.assert_array_equal(of_x, [0, 0, 1])
    np.testing.assert_array_equal(of_y, [0, 1, 0])


def test_logarithms_undo_powers():
    x = ri.tensor([-2.0, 0.5, 3.0], dtype="float64")

    for log, power in [
        (ri.log, ri.exp),
        (ri.log2, ri.exp2),
        (ri.log1p, ri.expm1),
        (ri.log10, lambda x: 10**x),
    ]:
        np.testing.assert_allclose(log(power(x)), x, rtol=1e-14)
