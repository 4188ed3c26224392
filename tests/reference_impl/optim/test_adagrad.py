import math

import numpy as np
import pytest
from trajectories import path

import reference_impl as ri
from reference_impl import optim

# Rounding in float64.
ROUNDING = 1e-14


def test_adagrads_steps_shrink_like_one_over_the_root_of_their_number():
    places = path(optim.adagrad(lr=0.1, eps=0.0), [3.0] * 20)

    wanted = -0.1 * sum(1 / math.sqrt(t) for t in range(1, 21))
    assert places[-1] == pytest.approx(wanted, rel=ROUNDING)


def test_adagrads_eps_stands_outside_or_inside_of_the_root():
    (outside,) = path(optim.adagrad(lr=1.0, eps=0.5), [2.0])
    (inside,) = path(optim.adagrad(lr=1.0, eps=0.5, eps_inside=True), [2.0])

    assert outside == pytest.approx(-2 / 2.5, rel=ROUNDING)
    assert inside == pytest.approx(-2 / math.sqrt(4.5), rel=ROUNDING)


def test_adagrads_sum_may_begin_above_zero():
    (place,) = path(optim.keras.adagrad(lr=1.0, eps=0.0), [2.0])

    assert place == pytest.approx(-2 / math.sqrt(4.1), rel=ROUNDING)


def test_adadeltas_first_step_follows_from_eps_alone():
    (place,) = path(optim.adadelta(rho=0.75, eps=0.5), [2.0])

    wanted = -2 * math.sqrt(0.5 / (0.25 * 4 + 0.5))
    assert place == pytest.approx(wanted, rel=ROUNDING)


def test_adadelta_has_no_unit():
    """Where eps is nothing, gradients in other units make the same steps."""
    with np.errstate(invalid="ignore"):
        small = path(optim.adadelta(eps=0.0), [0.0])
    grads = [1.0, 2.0, -1.0]

    def scaled(unit):
        x = ri.tensor(0.0, dtype="float64")
        optimiser = optim.adadelta(eps=0.0)
        state = optimiser.init(x) | {"u": ri.tensor(1.0, dtype="float64")}
        for g in grads:
            x, state = optimiser.update(ri.tensor(unit * g, dtype="float64"), state, x)
        return x.item()

    assert math.isnan(small[0])  # zero over zero: what eps is there for
    assert scaled(1.0) == pytest.approx(scaled(1024.0), rel=ROUNDING)


def test_settings_out_of_range_are_refused():
    with pytest.raises(ri.RangeError, match="adagrad: initial must be finite and at"):
        optim.adagrad(initial=-0.1)
    with pytest.raises(ri.RangeError, match=r"adadelta: rho must lie in \[0, 1\), 1.1"):
        optim.adadelta(rho=1.1)
    with pytest.raises(
        ri.RangeError, match="adadelta: eps must be finite and at least"
    ):
        optim.adadelta(eps=-1)
