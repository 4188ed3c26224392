import numpy as np
import pytest
from trajectories import path

import reference_impl as ri
from reference_impl import optim

# Rounding of a hundred products.
ROUNDING = 1e-13


def test_on_a_parabola_every_step_multiplies_the_error_by_one_minus_lr_curvature():
    curvatures = ri.tensor([0.5, 1.0, 3.0], dtype="float64")
    optimiser = optim.sgd(lr=0.3)
    x = ri.ones(3, dtype="float64")
    state = optimiser.init(x)

    for _ in range(100):
        x, state = optimiser.update(curvatures * x, state, x)

    wanted = (1 - 0.3 * curvatures.numpy()) ** 100
    np.testing.assert_allclose(x.numpy(), wanted, rtol=ROUNDING * 100)


def test_with_momentum_the_error_shrinks_like_its_root():
    """Where the roots of the recursion are complex, their size is sqrt(momentum)."""
    momentum, lr, curvature = 0.81, 0.1, 1.0
    recursion = np.array([[1 - lr * curvature, -lr * momentum], [curvature, momentum]])
    optimiser = optim.sgd(lr=lr, momentum=momentum)
    x = ri.tensor(1.0, dtype="float64")
    state, both = optimiser.init(x), np.array([1.0, 0.0])

    for _ in range(100):
        x, state = optimiser.update(curvature * x, state, x)
        both = recursion @ both

    assert max(abs(np.linalg.eigvals(recursion))) == pytest.approx(np.sqrt(momentum))
    np.testing.assert_allclose(
        [x.item(), state["velocity"].item()],
        both,
        atol=ROUNDING,
    )


# The gradients and step sizes of numerics.md, row 23, and what was measured there.
GRADIENTS, RATES = [1.0, -2.0, 0.5], [0.1, 0.01, 0.001]


def falling(count):
    return RATES[count.item()]


def test_a_velocity_without_lr_inside_is_pytorchs():
    places = path(optim.sgd(lr=falling, momentum=0.9), GRADIENTS, start=1.0)

    np.testing.assert_allclose(places, [0.9, 0.911, 0.91149], rtol=ROUNDING)


def test_a_velocity_with_lr_inside_is_that_of_keras_and_mxnet():
    for framework in (optim.keras, optim.mxnet):
        places = path(framework.sgd(lr=falling, momentum=0.9), GRADIENTS, start=1.0)
        np.testing.assert_allclose(places, [0.9, 0.83, 0.7665], rtol=ROUNDING)


@pytest.mark.parametrize("nesterov", [False, True])
def test_both_are_equal_while_lr_is_constant(nesterov):
    options = {"lr": 0.1, "momentum": 0.9, "nesterov": nesterov}

    inside = path(optim.sgd(lr_inside=True, **options), GRADIENTS)
    outside = path(optim.sgd(**options), GRADIENTS)

    np.testing.assert_allclose(inside, outside, rtol=ROUNDING)


def test_nesterovs_first_step_is_one_plus_momentum_times_as_long():
    (place,) = path(optim.sgd(lr=0.1, momentum=0.5, nesterov=True), [1.0])

    assert place == pytest.approx(-0.1 * 1.5)


def test_the_first_velocity_is_not_dampened():
    places = path(optim.sgd(lr=1.0, momentum=0.5, dampening=0.25), [1.0, 1.0])

    assert places == [-1.0, -1.0 - (0.5 + 0.75)]


def test_without_momentum_there_is_no_velocity():
    assert optim.sgd().init(ri.ones(3)).keys() == {"step"}


def test_keras_decay_beside_the_velocity_falls_behind_at_the_second_step():
    """numerics.md, row 28: 0.009 at the second step, with g = 0 and decay 0.1."""
    options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}

    coupled = path(optim.sgd(**options), [0.0, 0.0], start=1.0)
    decoupled = path(optim.keras.sgd(**options), [0.0, 0.0], start=1.0)

    assert coupled[0] == pytest.approx(decoupled[0])
    assert coupled[1] - decoupled[1] == pytest.approx(-0.009)


@pytest.mark.parametrize("name", ["momentum", "dampening"])
@pytest.mark.parametrize("fraction", [-0.5, 1.0, float("nan")])
def test_momentum_and_dampening_lie_between_0_and_1(name, fraction):
    with pytest.raises(ri.RangeError, match=rf"sgd: {name} must lie in \[0, 1\), "):
        optim.sgd(**{name: fraction})


@pytest.mark.parametrize(
    ("options", "came"),
    [
        ({}, "momentum 0.0 and dampening 0.0"),
        ({"momentum": 0.9, "dampening": 0.1}, "momentum 0.9 and dampening 0.1"),
    ],
    ids=["none", "dampened"],
)
def test_nesterov_needs_a_whole_velocity(options, came):
    with pytest.raises(ri.RangeError, match=f"nesterov needs momentum .*, {came} came"):
        optim.sgd(nesterov=True, **options)
