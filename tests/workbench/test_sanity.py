"""What can be said of one framework's results alone."""

import dataclasses

import numpy as np
import pytest
from two_layers import MODEL, changed

from adapters.reference import data, tensor, train
from adapters.zoo import MODELS
from workbench import examination, sanity
from workbench.arrays import under
from workbench.experiment import experiment
from workbench.inputs import Inputs


def test_a_gradient_that_is_the_slope_of_the_loss_is_believed(results, direction):
    assert sanity.slope_disagrees(results, direction, MODEL) is None


def test_a_gradient_that_is_not_the_slope_of_the_loss_is_not(results, direction):
    wrong = changed(results, "gradient/output.weight", by=0.01)

    reason = sanity.slope_disagrees(wrong, direction, MODEL)

    assert "differences of its own loss" in reason


def test_a_slope_may_be_a_millionth_of_the_gradient_off(results, direction):
    gradients = under("gradient", results).values()
    length = np.sqrt(sum((g**2).sum() for g in gradients))

    def said(error):
        moved = changed(results, "slope/loss", by=error * length)
        return sanity.slope_disagrees(moved, direction, MODEL)

    for sign in (1, -1):
        assert said(sign * 0.5e-6) is None
        assert "differences of its own loss" in said(sign * 2e-6)


@pytest.mark.parametrize("off", [0, 1])
def test_one_difference_may_cross_a_kink_but_not_both(results, direction, off):
    crossed = changed(results, "slope/loss", by=np.eye(2)[off])
    both = changed(results, "slope/loss", by=np.ones(2))

    assert sanity.slope_disagrees(crossed, direction, MODEL) is None
    assert "differences of its own loss" in sanity.slope_disagrees(
        both, direction, MODEL
    )


@pytest.mark.parametrize("seed", [7, 36])
def test_a_right_gradient_is_believed_where_a_long_difference_crosses_a_kink(
    seed, tmp_path
):
    one = experiment("gan", seed=seed, steps=1)
    np.savez(tmp_path / "inputs.npz", **one.inputs("float64"))
    read = Inputs(str(tmp_path / "inputs.npz"), tensor, data)
    trainer = train.Trainer(arrays=read.start, **one.options("eager"))
    model, along = MODELS["gan"], under("direction", one.inputs("float64"))

    found = examination.before_training(trainer, read)
    found |= examination.slopes(trainer, read, model)

    assert sanity.slope_disagrees(found, along, model) is None
    long = {n: a[:1] if n.startswith("slope/") else a for n, a in found.items()}
    assert "loss of the discriminator" in sanity.slope_disagrees(long, along, model)


def test_each_objective_is_held_against_its_own_slope(results, direction):
    two = {"output_loss": "output.", "hidden_loss": "hidden."}
    model = dataclasses.replace(MODEL, objectives=two)
    for objective in two:
        (name,) = model.trained(objective)
        along = direction[name] / np.linalg.norm(direction[name])
        slope = (results[f"gradient/{name}"] * along).sum()
        results[f"slope/{objective}"] = np.full(2, slope)
    wrong = changed(results, "slope/hidden_loss", by=0.01)

    assert sanity.slope_disagrees(results, direction, model) is None
    assert "loss of the hidden" in sanity.slope_disagrees(wrong, direction, model)


def test_what_is_missing_or_misshapen_is_named(results):
    shapes = {name: np.shape(array) for name, array in results.items()}
    missing = {n: a for n, a in results.items() if n != "gradient/output.weight"}
    transposed = {**results, "trained/output.weight": np.zeros((1, 2))}
    single = {**results, "whole": results["whole"].astype(np.float32)}

    assert sanity.misshapen(results, shapes, "float64") is None
    for wrong, words in [
        (missing, "gradient of output.weight is missing"),
        (transposed, "trained of output.weight must be float64[2, 1], float64[1, 2]"),
        (single, "whole must be float64[8, 1], float32[8, 1] came"),
    ]:
        assert words in sanity.misshapen(wrong, shapes, "float64")
    assert sanity.misshapen(results, {"whole": None}, "float64") is None


def test_the_usual_shape_is_that_of_most(results):
    other = {**results, "activation/hidden": np.zeros((2, 3))}

    usual = sanity.usual_shapes({"jax": results, "mxnet": other, "pytorch": results})

    assert usual["activation/hidden"] == (3, 2)
    assert "activation of hidden must be" in sanity.misshapen(other, usual, "float64")


def test_of_two_shapes_neither_is_usual(results):
    other = {**results, "activation/hidden": np.zeros((2, 3))}

    usual = sanity.usual_shapes({"jax": results, "mxnet": other})

    words = "activation of hidden: no shape has the majority: [3, 2] in jax, [2, 3] in"
    for one in (results, other):
        assert words in sanity.misshapen(one, usual, "float64")
