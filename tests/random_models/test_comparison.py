"""What differs is named by the first place, forward and backward."""

import copy
from functools import partial

import numpy as np
import pytest
from random_models.comparison import difference, truth
from random_models.frameworks import Outcome
from random_models.layers import reference
from random_models.model import Layer, Model, wired

MODEL = Model(
    {"x0": (2, 3)},
    (
        Layer("y0", "linear", ("x0",), {}, {"weight": (3, 2), "bias": (2,)}, (2, 2)),
        Layer("y1", "tanh", ("y0",), {}, {}, (2, 2)),
    ),
    "float64",
    0,
)
NAMES = ("reference", "pytorch", "mxnet", "jax")


@pytest.fixture
def outcomes():
    """What four equal frameworks say."""
    wiring = partial(wired, MODEL, reference)
    outcome = Outcome(*reference.differentiated(wiring, MODEL.arrays()))
    return {name: copy.deepcopy(outcome) for name in NAMES}


def named(outcomes):
    """Who differs where, held against the median of all."""
    found = difference(MODEL, outcomes, truth(MODEL, None, outcomes))
    return None if found is None else (found.framework, found.text.split(" differs")[0])


def test_equal_frameworks_do_not_differ(outcomes):
    assert named(outcomes) is None


def test_the_first_layer_that_differs_forward_is_named(outcomes):
    outcomes["mxnet"].values["y1"][0, 0] += 1e-9
    outcomes["mxnet"].values["loss"] += 1e-9

    assert named(outcomes) == ("mxnet", "forward, y1 (tanh)")


def test_the_earliest_place_of_all_frameworks_is_named(outcomes):
    outcomes["pytorch"].values["y1"][0, 0] += 1e-9
    outcomes["jax"].values["y0"][0, 0] += 1e-9

    assert named(outcomes) == ("jax", "forward, y0 (linear)")


def test_a_gradient_is_named_where_its_cotangent_is_right(outcomes):
    outcomes["jax"].gradients["y0.bias"][0] += 1e-9
    outcomes["jax"].gradients["x0"][0, 0] += 1e-9

    where = "backward, the gradient by the bias of y0 (linear)"
    assert named(outcomes) == ("jax", where)


def test_a_cotangent_is_named_before_the_gradients_that_it_makes(outcomes):
    outcomes["jax"].gradients["y0.tap"][0, 0] += 1e-9
    outcomes["jax"].gradients["y0.weight"][0, 0] += 1e-9

    assert named(outcomes) == ("jax", "backward, the cotangent of y0 (linear)")


def test_what_is_no_number_differs(outcomes):
    outcomes["mxnet"].values["y0"][0, 0] = np.nan

    assert named(outcomes) == ("mxnet", "forward, y0 (linear)")


def test_another_shape_or_dtype_differs(outcomes):
    values = outcomes["mxnet"].values
    values["y0"] = values["y0"].astype("float32")

    found = difference(MODEL, outcomes, truth(MODEL, None, outcomes))

    assert "float64[2, 2] is needed, float32[2, 2] came" in found.text


def test_an_exception_is_a_difference(outcomes):
    outcomes["jax"] = Outcome({}, {}, raised="TypeError: no")

    assert named(outcomes) == ("jax", "raises TypeError: no")


def test_who_lacks_a_layer_is_left_out(outcomes):
    outcomes["jax"] = Outcome({}, {}, unsupported="jax: tanh: there is none")

    assert named(outcomes) is None
