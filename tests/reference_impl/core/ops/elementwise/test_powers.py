import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, RangeError

without_warnings = pytest.mark.filterwarnings("error")


def slopes(x, y):
    """The derivatives of x ** y by x and by y."""
    x, y = ri.tensor(x, dtype="float64"), ri.tensor(y, dtype="float64")
    by_x, by_y = ri.grad(ri.pow, argnums=(0, 1))(x, y)
    return by_x.item(), by_y.item()


@pytest.mark.parametrize("exponent", [2, 2.0, 3, 3.0])
def test_small_powers_are_products_bit_for_bit(exponent, dtype):
    x = np.linspace(-3, 3, 101).astype(dtype)

    came = ri.tensor(x) ** exponent

    needed = x * x if exponent == 2 else x * x * x
    assert came.numpy().tobytes() == needed.tobytes()


@pytest.fixture(params=[ri.float32, ri.float64, ri.complex64], ids=str)
def dtype(request):
    return request.param


@pytest.mark.parametrize("exponent", [0, 1, 5, 0.5, -1, -2.5])
def test_other_powers_are_those_of_numpy(exponent, dtype):
    x = np.array([0.5, 1.0, 2.0]).astype(dtype)

    came = ri.tensor(x) ** exponent

    assert came.dtype == dtype
    np.testing.assert_array_equal(came, np.power(x, np.asarray(exponent, dtype)))


def test_a_number_can_be_raised_to_a_tensor():
    np.testing.assert_array_equal(2 ** ri.tensor([0.0, 1.0, 3.0]), [1, 2, 8])


@without_warnings
@pytest.mark.parametrize(
    ("x", "y", "needed"),
    [
        (0.0, 0.0, (0, 0)),
        (0.0, 1.0, (1, 0)),
        (0.0, 2.0, (0, 0)),
        (2.0, 0.0, (0, math.log(2))),
        (-2.0, 3.0, (12, math.nan)),
        (-2.0, 0.0, (0, math.nan)),
        (2.0, 3.0, (12, 8 * math.log(2))),
    ],
)
def test_slopes_of_a_power_are_zero_instead_of_zero_times_infinity(x, y, needed):
    np.testing.assert_allclose(slopes(x, y), needed, rtol=1e-15)


@without_warnings
@pytest.mark.parametrize(
    ("y", "needed"), [(0.0, 0), (1.0, 0), (2.0, 2), (3.0, 0), (4.0, 0)]
)
def test_the_second_derivative_of_a_power_at_zero_is_finite(y, needed):
    y = ri.tensor(y)
    second = ri.grad(ri.grad(lambda x: ri.pow(x, y)))

    assert second(ri.tensor(0.0)).item() == needed


def test_the_mixed_derivative_of_a_power_holds_for_a_zero_exponent():
    # d/dy (y x^(y-1)) = x^(y-1) (1 + y log x)
    x, y = ri.tensor(2.0), ri.tensor(0.0)
    mixed = ri.grad(lambda y: ri.grad(ri.pow)(x, y))

    assert mixed(y).item() == 0.5


def test_integers_have_no_negative_powers(run):
    power = run(lambda x, y: x**y)

    np.testing.assert_array_equal(power(ri.tensor([2, 3]), ri.tensor([3, 0])), [8, 1])
    with pytest.raises(RangeError, match=r"^pow: .* not be negative, -1 came; convert"):
        power(ri.tensor([2, 3]), ri.tensor([0, -1]))


@pytest.mark.parametrize("exponent", [2.0, 2.5])
def test_integers_have_no_fractional_powers(exponent):
    with pytest.raises(DtypeError, match=rf"^pow: the Python float {exponent}"):
        ri.tensor([2]) ** exponent


@pytest.mark.parametrize("exponent", [2, 4])
def test_booleans_have_no_powers(exponent):
    with pytest.raises(DtypeError, match=r"^pow: .*bool"):
        ri.tensor([True]) ** exponent


def test_rsqrt_is_one_divided_by_the_root():
    x = ri.tensor([0.25, 4.0], dtype="float64")

    np.testing.assert_array_equal(ri.rsqrt(x), [2, 0.5])
    gradient = ri.grad(lambda x: ri.sum(ri.rsqrt(x)))(x)
    np.testing.assert_allclose(gradient, -0.5 * x.numpy() ** -1.5, rtol=1e-15)
