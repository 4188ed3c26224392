from dataclasses import dataclass

import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl import nn, optim, train
from reference_impl.train.state import step_key


def first_batch(run):
    return next(iter(run.loader().epoch(0)))


def start(run):
    optimiser = optim.sgd(lr=0.1, momentum=0.9)
    state = train.State.init(run.model(), optimiser, ri.random.key(2))
    return state, train.stepper(nn.cross_entropy, optimiser)


def test_a_step_is_the_gradient_and_the_update(run, bits):
    state, step = start(run)
    x, y = map(ri.tensor, first_batch(run))

    def loss(params):
        logits, _ = nn.combine(params, state.statistics).training(x, step_key(state))
        return nn.cross_entropy(logits, y)

    value, grads = ri.value_and_grad(loss)(state.params)
    after, came = step(state, x, y)

    expected = ri.tree.map(lambda p, g: p - 0.1 * g, state.params, grads)
    assert bits(after.params) == bits(expected)
    assert came.item() == value.item()


def test_a_step_counts_and_updates_statistics_and_leaves_the_state_before(run):
    state, step = start(run)

    after, _ = step(state, *first_batch(run))

    assert (after.step.item(), after.epoch.item(), after.position.item()) == (1, 0, 1)
    assert after.model.layers["noisy"].used.item() == 1
    assert state.step.item() == 0
    assert state.model.layers["noisy"].used.item() == 0


def test_a_compiled_step_is_the_eager_one_and_has_its_bits_again(run, bits):
    state, step = start(run)
    compiled, other, again = ri.compile(step), state, state

    for x, y in run.loader().epoch(0):
        state, value = step(state, x, y)
        other, came = compiled(other, x, y)
        again, _ = compiled(again, x, y)
        assert_as_eager(came, value)

    assert_as_eager(other, state)
    assert bits(again) == bits(other)


def test_every_step_draws_other_numbers_and_the_same_ones_again(run):
    state, step = start(run)
    x, y = first_batch(run)
    later = state.next_epoch()
    assert (later.epoch.item(), later.position.item()) == (1, 0)

    losses = [step(state, x, y)[1].item() for _ in range(2)]
    other = step(step(state, 0 * x, y)[0], x, y)[1].item()

    assert losses[0] == losses[1] != other


def test_a_state_without_a_key_serves_models_that_draw_nothing(run):
    model = nn.Linear.init(ri.random.key(0), 4, 3)
    optimiser = optim.sgd(lr=0.1)
    state = train.State.init(model, optimiser)

    after, value = train.stepper(nn.cross_entropy, optimiser)(state, *first_batch(run))

    assert after.key is None
    assert np.isfinite(value.item())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_parameters_keep_their_dtype(run, dtype):
    model = nn.Linear.init(ri.random.key(0), 4, 3, dtype=dtype)
    optimiser = optim.sgd(lr=0.1, momentum=0.9)
    x, y = first_batch(run)

    state = train.State.init(model, optimiser)
    state, _ = train.stepper(nn.cross_entropy, optimiser)(
        state, ri.tensor(x, dtype=dtype), y
    )

    assert str(state.model.weight.dtype) == dtype


@dataclass(frozen=True)
class Made(nn.Layer):
    """Training returns what a function makes of it and its result."""

    weight: ri.Tensor
    makes: object = nn.static()

    def training(self, x, key=None):
        return self.makes(self, self.weight * x)


@pytest.mark.parametrize(
    ("makes", "came"),
    [
        (lambda layer, out: out, "Tensor"),
        (lambda layer, out: (out, out), r"\(Tensor, Tensor\)"),
        (lambda layer, out: (out, layer, None), r"\(Tensor, Made, NoneType\)"),
        (lambda layer, out: None, "NoneType"),
    ],
    ids=["tensor", "two tensors", "three", "nothing"],
)
@pytest.mark.parametrize("transformation", [lambda step: step, ri.compile])
def test_training_returns_a_result_and_a_layer(makes, came, transformation):
    step = train.stepper(nn.mean_squared_error, optim.sgd(lr=0.1))
    x = ri.ones((2, 3))

    message = rf"Made.training must return \(result, Made\), .*; {came} came"
    with pytest.raises(ri.DtypeError, match=message):
        transformation(step)(
            train.State.init(Made(ri.tensor(1.0), makes), optim.sgd(lr=0.1)), x, x
        )
