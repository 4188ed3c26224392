import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

ZERO = ri.tensor(np.array(0.0))


def at(x):
    return ri.tensor(np.array(float(x)))


def test_squares_are_not_halved():
    assert nn.mean_squared_error(at(3), ZERO).item() == 9


def test_the_slope_of_an_absolute_error_of_zero_is_zero():
    slope = ri.grad(nn.mean_absolute_error)

    assert [slope(at(x), ZERO).item() for x in (-2, 0, 2)] == [-1, 0, 1]


def test_huber_is_a_parabola_and_then_a_line():
    values = [nn.huber(at(x), ZERO, delta=2.0).item() for x in (-1, 2, 3)]
    slopes = [ri.grad(nn.huber)(at(x), ZERO, delta=2.0).item() for x in (-1, 2, 3, -5)]

    assert values == [0.5, 2.0, 4.0]
    assert slopes == [-1, 2, 2, -2]


def test_smooth_l1_is_huber_with_slopes_of_one():
    assert nn.smooth_l1(at(3), ZERO, beta=2.0).item() == 2.0
    assert ri.grad(nn.smooth_l1)(at(3), ZERO, beta=2.0).item() == 1


@pytest.mark.parametrize(
    "loss", [nn.huber, nn.smooth_l1], ids=lambda loss: loss.__name__
)
def test_errors_whose_squares_would_overflow_have_a_loss_and_a_slope(loss):
    value, slope = ri.value_and_grad(loss)(at(1e200), ZERO)

    assert (value.item(), slope.item()) == (1e200, 1)


def test_a_poisson_loss_is_least_at_the_target():
    slope = ri.grad(nn.poisson_negative_log_likelihood)

    assert slope(at(math.log(5)), at(5)).item() == pytest.approx(0, abs=1e-14)
    assert nn.poisson_negative_log_likelihood(ZERO, at(5)).item() == 1


def test_a_gaussian_loss_is_minus_the_logarithm_of_the_density():
    mean, variance, x = 1.0, 4.0, 2.5
    density = math.exp(-((x - mean) ** 2) / 8) / math.sqrt(2 * math.pi * 4)

    came = nn.gaussian_negative_log_likelihood(at(mean), at(x), at(variance), full=True)

    assert came.item() == pytest.approx(-math.log(density), rel=1e-14)


def test_a_variance_below_the_least_is_pulled_back():
    loss = nn.gaussian_negative_log_likelihood
    value, slope = ri.value_and_grad(loss, argnums=2)(at(1), ZERO, at(0.25), eps=0.5)

    assert value.item() == loss(at(1), ZERO, at(0.5)).item()
    assert slope.item() == 0.5 * (1 / 0.5 - 1 / 0.25)


def test_a_negative_variance_is_refused_where_it_is_known():
    loss, x = nn.gaussian_negative_log_likelihood, ri.ones((2, 2))
    variance = ri.tensor([[1.0, 2.0], [-3.0, 1.0]])

    with pytest.raises(
        ri.RangeError,
        match=rf"^{loss.__name__}: variance .* negative, -3.0 came at \(1, 0\)",
    ):
        loss(x, x, variance)
    assert math.isfinite(ri.compile(loss)(x, x, variance).item())


def test_a_variance_may_be_a_number_and_makes_no_loss_larger():
    loss, x = nn.gaussian_negative_log_likelihood, ri.ones(3, dtype="float16")

    assert loss(x, x, 1, reduction="none").tolist() == [0, 0, 0]
    assert loss(x, x, 1.0).dtype == ri.float16
    with pytest.raises(
        ri.ShapeError, match=rf"^{loss.__name__}: variance .* \(3,\), \(5, 3\) came"
    ):
        loss(x, x, ri.ones((5, 3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.huber(ZERO, ZERO, delta=0.0), "huber: delta .* 0.0 came"),
        (lambda: nn.smooth_l1(ZERO, ZERO, beta=-1.0), "smooth_l1: beta .* -1.0 came"),
    ],
)
def test_an_option_out_of_range_is_refused(call, message):
    with pytest.raises(ri.RangeError, match=message):
        call()


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_the_mean_of_an_empty_batch_is_no_number_and_its_sum_is_zero():
    x = ri.zeros((0, 3))

    assert math.isnan(nn.mean_squared_error(x, x).item())
    assert nn.mean_squared_error(x, x, reduction="sum").item() == 0
