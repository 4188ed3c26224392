import math

import numpy as np
import pytest
from trajectories import path

import reference_impl as ri
from reference_impl import optim

# Rounding in float64.
ROUNDING = 1e-13


def test_a_constant_gradient_is_divided_by_its_own_size_in_the_long_run():
    places = path(optim.rmsprop(lr=0.1, rho=0.5, eps=0.0), [3.0] * 60)

    assert places[0] == pytest.approx(-0.1 / math.sqrt(0.5), rel=ROUNDING)
    assert places[-2] - places[-1] == pytest.approx(0.1, rel=ROUNDING)


def test_eps_stands_outside_or_inside_of_the_root():
    def first(**options):
        return path(optim.rmsprop(lr=0.1, rho=0.75, eps=0.5, **options), [2.0])

    assert first() == [pytest.approx(-0.1 * 2 / 1.5, rel=ROUNDING)]
    assert first(eps_inside=True) == [
        pytest.approx(-0.2 / math.sqrt(1.5), rel=ROUNDING)
    ]


def test_centred_it_divides_by_a_standard_deviation():
    (place,) = path(optim.rmsprop(lr=0.1, rho=0.75, eps=0.0, centred=True), [2.0])

    assert place == pytest.approx(-0.2 / math.sqrt(0.25 * 4 - 0.25), rel=ROUNDING)


def test_a_variance_that_is_rounded_to_less_than_zero_counts_as_zero():
    rng = np.random.default_rng(0)
    g, x = ri.tensor(rng.normal(size=1000).astype("float32")), ri.zeros(1000)
    optimiser = optim.rmsprop(centred=True)
    state = optimiser.init(x)

    @ri.compile
    def step(state, x):
        return optimiser.update(g, state, x)

    is_below = np.zeros(1000, dtype=bool)
    for _ in range(3000):
        x, state = step(state, x)
        is_below |= (state["v"] - state["m"] * state["m"]).numpy() < 0

    assert is_below.any()
    assert np.isfinite(x.numpy()).all()


@pytest.mark.parametrize(
    ("lr_inside", "second"), [(False, 0.01 * 1.5), (True, 0.5 * 0.1 + 0.01)]
)
def test_lr_stands_outside_or_inside_of_the_velocity(lr_inside, second):
    optimiser = optim.rmsprop(
        lr=lambda count: [0.1, 0.01][count.item()],
        rho=0.0,
        eps=0.0,
        momentum=0.5,
        lr_inside=lr_inside,
    )

    places = path(optimiser, [1.0, 1.0])

    assert places[0] == pytest.approx(-0.1)
    assert places[0] - places[1] == pytest.approx(second, rel=ROUNDING)


def test_settings_out_of_range_are_refused():
    with pytest.raises(ri.RangeError, match=r"rmsprop: momentum must lie in .* -1.0"):
        optim.rmsprop(momentum=-1.0)
    with pytest.raises(ri.RangeError, match=r"rmsprop: rho must lie in"):
        optim.rmsprop(rho=1.0)
