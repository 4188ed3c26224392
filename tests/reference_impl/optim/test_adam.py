import inspect
import math

import numpy as np
import pytest
from trajectories import path

import reference_impl as ri
from reference_impl import optim

# Rounding in float64, where 1 - beta2 has lost three of sixteen digits.
ROUNDING = 1e-12


@pytest.mark.parametrize("g", [1.0, -3.0, 1e-4, 1e-8])
def test_the_first_step_has_the_length_of_lr_whatever_the_gradient(g):
    (place,) = path(optim.adam(lr=0.1, eps=1e-8), [g])

    assert place == pytest.approx(-0.1 * g / (abs(g) + 1e-8), rel=ROUNDING)


def test_a_constant_gradient_moves_by_lr_in_every_step():
    places = path(optim.adam(lr=0.1, eps=0.0), [2.0] * 50)

    np.testing.assert_allclose(-np.diff([0.0, *places]), 0.1, rtol=ROUNDING)


def test_eps_is_added_after_the_correction_or_before_it():
    """numerics.md, row 25: eps 1e-3, lr 0.1, a gradient of 1."""
    options = {"lr": 0.1, "eps": 1e-3}

    (after,) = path(optim.adam(**options), [1.0])
    (before,) = path(optim.adam(eps_hat=True, **options), [1.0])

    assert after == pytest.approx(-0.1 / 1.001, rel=ROUNDING)
    assert before == pytest.approx(-0.1 / (1 + 1e-3 / math.sqrt(1e-3)), rel=ROUNDING)
    assert (round(after, 4), round(before, 4)) == (-0.0999, -0.0969)
    assert after - before == pytest.approx(-2.966e-3, abs=1e-6)


def test_a_gradient_of_the_size_of_eps_is_halved_or_nearly_lost():
    """numerics.md, row 25: the defaults, a gradient of 1e-8."""
    (torch,) = path(optim.adam(lr=1.0), [1e-8])
    (keras,) = path(optim.keras.adam(lr=1.0), [1e-8])

    assert torch == pytest.approx(-0.5, rel=ROUNDING)
    assert keras == pytest.approx(-3.15e-3, rel=0.01)


@pytest.mark.parametrize("eps", [3e-8, 5e-7, 9e-7, 1e-3])
def test_in_float16_a_gradient_of_zero_moves_nothing_while_eps_is_not_rounded_to_0(eps):
    w, optimiser = ri.ones(1, dtype="float16"), optim.adam(eps=eps)
    state, g = optimiser.init(w), 0 * w

    for _ in range(3):
        w, state = optimiser.update(g, state, w)

    assert w.item() == 1.0


def test_in_float16_a_gradient_of_zero_needs_wider_copies():
    w, optimiser = ri.ones(1, dtype="float16"), optim.adam()
    careful = optim.in_float32(optimiser)

    with np.errstate(invalid="ignore"):
        lost, _ = optimiser.update(0 * w, optimiser.init(w), w)
    kept, _ = careful.update(0 * w, careful.init(w), w)

    assert math.isnan(lost.item())
    assert kept.item() == 1.0


def test_amsgrad_never_forgets_a_large_gradient():
    grads = [100.0] + [1.0] * 50

    plain = path(optim.adam(lr=0.1, betas=(0.0, 0.5)), grads)
    largest = path(optim.adam(lr=0.1, betas=(0.0, 0.5), amsgrad=True), grads)

    assert plain[-2] - plain[-1] == pytest.approx(0.1, rel=1e-6)
    assert largest[-2] - largest[-1] == pytest.approx(0.1 / math.sqrt(5000), rel=1e-6)


def test_adamw_decays_by_itself_and_adam_through_its_gradient():
    """Without a gradient adam takes a step of lr: what the decay adds is normalised."""
    (coupled,) = path(optim.adam(lr=0.1, weight_decay=0.01), [0.0], start=1.0)
    (decoupled,) = path(optim.adamw(lr=0.1), [0.0], start=1.0)

    assert coupled == pytest.approx(1 - 0.1, rel=1e-5)
    assert decoupled == pytest.approx(1 - 0.1 * 0.01, rel=ROUNDING)


def test_nadam_with_a_constant_beta1_is_adam_with_a_look_ahead():
    beta1, beta2, g = 0.9, 0.99, np.array([1.0, -0.5, 2.0])
    m = v = x = 0.0
    wanted = []
    for t in range(1, 4):
        m = beta1 * m + (1 - beta1) * g[t - 1]
        v = beta2 * v + (1 - beta2) * g[t - 1] ** 2
        ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g[t - 1] / (
            1 - beta1**t
        )
        x -= 0.1 * ahead / (math.sqrt(v / (1 - beta2**t)) + 1e-8)
        wanted.append(x)

    places = path(optim.optax.nadam(lr=0.1, betas=(beta1, beta2)), g)

    np.testing.assert_allclose(places, wanted, rtol=ROUNDING)


each_with_betas = pytest.mark.parametrize("name", ["adam", "nadam", "adamw", "lion"])


@each_with_betas
@pytest.mark.parametrize("betas", [(1.0, 0.5), (-0.1, 0.5), (0.5, 1.0)])
def test_betas_lie_between_0_and_1(name, betas):
    with pytest.raises(
        ri.RangeError, match=rf"^{name}: beta[12] must lie in \[0, 1\), "
    ):
        getattr(optim, name)(betas=betas)


@each_with_betas
def test_a_keyword_that_is_unknown_is_refused_by_the_one_who_was_called(name):
    with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected .* 'beta'"):
        getattr(optim, name)(beta=0.9)


def test_adamw_is_adam_whose_decay_is_decoupled_and_complains_in_its_own_name():
    wanted = inspect.signature(optim.adam).parameters.keys() - {"decoupled"}
    x = ri.ones(2)

    assert inspect.signature(optim.adamw).parameters.keys() == wanted
    with pytest.raises(TypeError, match=r"^adamw\(\) got an unexpected .* 'decoupled'"):
        optim.adamw(decoupled=False)
    with pytest.raises(ri.TreeError, match=r"^adamw: a state of m, step, v is needed"):
        optim.adamw().update(x, x, x)


def test_eps_and_momentum_decay_are_not_negative():
    with pytest.raises(ri.RangeError, match="adam: eps must be finite and at least 0"):
        optim.adam(eps=-1e-8)
    with pytest.raises(ri.RangeError, match="nadam: momentum_decay must be at least 0"):
        optim.nadam(momentum_decay=-0.2)


@pytest.mark.parametrize("make", [optim.adam, optim.adamw, optim.nadam, optim.lion])
@pytest.mark.parametrize("betas", [(0.9,), 0.9, None, (0.1, 0.2, 0.3)])
def test_betas_are_two_numbers(make, betas):
    with pytest.raises(
        ri.DtypeError, match=rf"^{make.__name__}: betas must be two numbers, .* came"
    ):
        make(betas=betas)


def test_the_decay_of_momentum_is_a_number():
    with pytest.raises(ri.DtypeError, match=r"^nadam: momentum_decay must be a real"):
        optim.nadam(momentum_decay=None)
