import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn


@dataclass(frozen=True)
class Centred(nn.Layer):
    """Takes away a running mean, which training moves halfway to the batch's."""

    mean: ri.Tensor = nn.statistic()
    scale: ri.Tensor

    def __call__(self, x):
        return (x - self.mean) * self.scale

    def training(self, x, key=None):
        moved = dataclasses.replace(self, mean=(self.mean + ri.mean(x)) / 2)
        return (x - ri.mean(x)) * self.scale, moved


def model():
    return nn.Sequential(
        {
            "centred": Centred(mean=ri.tensor(1.0), scale=ri.tensor(3.0)),
            "relu": nn.Activation(ri.relu),
        }
    )


def test_a_model_is_partitioned_into_what_is_trained_and_what_is_not():
    params, statistics = nn.partition(model())

    assert ri.tree.names(params) == ["layers.centred.scale"]
    assert ri.tree.names(statistics) == ["layers.centred.mean"]


def test_what_was_partitioned_combines_into_the_same_model():
    whole = nn.combine(*nn.partition(model()))

    assert ri.tree.flatten(whole)[1] == ri.tree.flatten(model())[1]
    assert [x.item() for x in ri.tree.flatten(whole)[0]] == [1.0, 3.0]


def test_all_of_a_statistic_that_is_a_tree_is_a_statistic():
    @dataclass(frozen=True)
    class Both(nn.Layer):
        seen: dict = nn.statistic()

    params, statistics = nn.partition(Both({"sum": ri.tensor(1.0), "count": ri.tensor(2)}))

    assert ri.tree.names(params) == []
    assert ri.tree.names(statistics) == ["seen.sum", "seen.count"]


def test_parts_of_two_models_do_not_combine():
    params, _ = nn.partition(model())

    with pytest.raises(ri.TreeError, match="combine: two parts of one model"):
        nn.combine(params, params)
    with pytest.raises(ri.TreeError, match="combine: two parts of one model"):
        nn.combine(params, {"centred": None})


def test_training_returns_the_layer_of_the_next_step_and_leaves_this_one():
    before, x = model(), ri.tensor([2.0, 4.0])

    result, after = before.training(x)

    np.testing.assert_array_equal(result.numpy(), [0.0, 3.0])
    assert after.layers["centred"].mean.item() == 2.0
    assert before.layers["centred"].mean.item() == 1.0


def test_a_gradient_by_the_parameters_returns_statistics_as_well():
    def loss(params, statistics, x):
        result, after = nn.combine(params, statistics).training(x)
        return ri.sum(result), nn.partition(after)[1]

    params, statistics = nn.partition(model())
    (value, statistics), grads = ri.value_and_grad(loss, has_aux=True)(
        params, statistics, ri.tensor([2.0, 4.0])
    )

    assert (value.item(), grads.layers["centred"].scale.item()) == (3.0, 1.0)
    assert statistics.layers["centred"].mean.item() == 2.0


def test_the_same_step_runs_compiled():
    def step(model, x):
        result, after = model.training(x)
        return ri.sum(result), after

    eager, compiled = (
        function(model(), ri.tensor([2.0, 4.0]))
        for function in (step, ri.compile(step))
    )

    assert eager[0].item() == compiled[0].item()
    assert compiled[1].layers["centred"].mean.item() == 2.0


def test_a_residual_adds_what_comes_by_both_ways():
    x = ri.tensor([1.0, -2.0])

    assert nn.Residual(nn.Activation(ri.relu))(x).tolist() == [2.0, -2.0]
    both = nn.Residual(nn.Activation(ri.relu), shortcut=nn.Activation(ri.negative))
    assert both(x).tolist() == [0.0, 2.0]
    assert both.training(x)[0].tolist() == [0.0, 2.0]


def test_a_layer_without_a_map_says_so():
    with pytest.raises(NotImplementedError, match="Layer: no map is defined"):
        nn.Layer()(ri.tensor(1.0))
