"""What cannot be trained is refused before training begins."""

from dataclasses import dataclass

import pytest

import reference_impl as ri
from reference_impl import nn, optim, train


def init(model):
    return train.State.init(model, optim.sgd(lr=0.1))


@dataclass(frozen=True)
class Sized(nn.Layer):
    weight: ri.Tensor
    size: int = 3

    def __call__(self, x):
        return self.weight * x


class Undecorated(nn.Layer):
    weight = ri.tensor(1.0)

    def __call__(self, x):
        return self.weight * x


@dataclass(frozen=True)
class Keyless(nn.Layer):
    weight: ri.Tensor

    def training(self, x):
        return self.weight * x, self


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (lambda x: x, ri.DtypeError, " must be a layer; a function came"),
        (nn.Linear, ri.DtypeError, " must be a layer; the class Linear came"),
        (object(), ri.DtypeError, " must be a layer; a object came"),
        (
            Sized(ri.tensor(1.0)),
            ri.TreeError,
            r": the leaves must be tensors, size is a int; .* is `nn.static\(\)`",
        ),
        (
            nn.Activation(ri.relu),
            ri.TreeError,
            " must have a parameter, Activation has none; param",
        ),
        (
            Keyless(ri.tensor(1.0)),
            ri.DtypeError,
            ": Keyless.training must take two arguments, x and key",
        ),
    ],
    ids=["function", "class", "object", "integer", "no parameters", "no key"],
)
def test_what_cannot_be_trained_is_named(model, error, message):
    with pytest.raises(error, match=f"State: model{message}"):
        init(model)


def test_parameters_that_are_no_fields_are_not_left_untrained_in_silence():
    # The class itself may be refused before.
    with pytest.raises((ri.TreeError, TypeError), match="Undecorated"):
        init(Undecorated())


def test_one_layer_in_two_places_would_be_two_after_a_step():
    layer = nn.Linear.init(ri.random.key(0), 3, 3)
    block = nn.Residual(nn.Sequential({"inner": layer}))
    for model, message in (
        ({"a": layer, "b": layer}, "as layers.a and layers.b;"),
        ({"a": block, "b": block}, "as layers.a and layers.b;"),
        ({"a": block, "b": layer}, "as layers.a.body.layers.inner and layers.b;"),
    ):
        with pytest.raises(ri.TreeError, match=f"stand in one place, one .* {message}"):
            init(nn.Sequential(model))


def test_a_copy_of_a_layer_is_another_one(run, bits):
    layer = nn.Linear.init(ri.random.key(0), 4, 4)
    copy = ri.tree.map(lambda x: x, layer)
    optimiser = optim.sgd(lr=0.1)
    relu = nn.Activation(ri.relu)  # without parameters it may stand anywhere

    state = init(nn.Sequential({"a": layer, "b": relu, "c": copy, "d": relu}))
    state, _ = train.stepper(nn.cross_entropy, optimiser)(state, run.X, run.Y)

    assert bits(state.model.layers["a"]) != bits(state.model.layers["c"])
