"""What differs is named by the first place, forward and backward."""

import copy
import dataclasses
from functools import partial

import numpy as np
import pytest
from random_models.comparison import difference, exception, truth
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
    return words(located(MODEL, outcomes))


def located(model, outcomes, frameworks=None):
    expected = truth(model, frameworks, outcomes)
    return exception(outcomes) or difference(model, outcomes, expected)


def words(found):
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

    found = located(MODEL, outcomes)

    assert "float64[2, 2] is needed, float32[2, 2] came" in found.text


def test_an_exception_is_a_difference(outcomes):
    outcomes["jax"] = Outcome({}, {}, raised="TypeError: no")

    assert named(outcomes) == ("jax", "raises TypeError: no")


def test_who_lacks_a_layer_is_left_out(outcomes):
    outcomes["jax"] = Outcome({}, {}, unsupported="jax: tanh: there is none")

    assert named(outcomes) is None


SMALL = 1e-5  # beside values of about 1


@pytest.mark.parametrize("name", ["y0", "y1"])
def test_an_error_does_not_hide_in_a_layer_of_small_values(outcomes, name):
    for outcome in outcomes.values():
        outcome.values[name] *= SMALL
    # One part in 10^8 of the layer: less than 1e-12 of the model's largest number.
    outcomes["jax"].values[name][0, 0] += 1e-8 * SMALL

    kind = {"y0": "linear", "y1": "tanh"}[name]
    assert named(outcomes) == ("jax", f"forward, {name} ({kind})")


def test_an_error_does_not_hide_in_a_small_gradient(outcomes):
    for outcome in outcomes.values():
        for name in ("y0.tap", "y0.weight", "y0.bias"):
            outcome.gradients[name] *= SMALL
    outcomes["jax"].gradients["y0.weight"][0, 0] += 1e-8 * SMALL

    where = "backward, the gradient by the weight of y0 (linear)"
    assert named(outcomes) == ("jax", where)


def test_a_bias_whose_gradient_cancels_is_asked_no_more_than_its_layer(outcomes):
    for sign, outcome in zip((1, -1, 1, -1), outcomes.values(), strict=True):
        outcome.gradients["y0.bias"][:] = sign * 1e-17

    assert named(outcomes) is None


class Reference:
    """Frameworks of which only the reference need be asked, for its roundings."""

    def __init__(self, outcomes):
        self._outcomes = outcomes

    def run_all(self, model, **options):
        return self._outcomes

    def run(self, framework, model, **options):
        return self._outcomes[framework]


FLOAT32 = dataclasses.replace(MODEL, dtype="float32")


def rounded(outcomes):
    return {
        framework: Outcome(
            {name: a.astype("float32") for name, a in outcome.values.items()},
            {name: a.astype("float32") for name, a in outcome.gradients.items()},
        )
        for framework, outcome in outcomes.items()
    }


def test_float32_is_held_against_all_in_float64_and_not_the_reference(outcomes):
    frameworks = Reference(outcomes)
    assert located(FLOAT32, rounded(outcomes), frameworks) is None
    outcomes["reference"].values["y1"][0, 0] += 1e-3

    found = located(FLOAT32, rounded(outcomes), frameworks)

    assert words(found) == ("reference", "forward, y1 (tanh)")


def test_an_error_in_float32_does_not_hide_in_a_layer_of_small_values(outcomes):
    for outcome in outcomes.values():
        outcome.values["y0"] *= 0.01
    single = rounded(outcomes)
    single["mxnet"].values["y0"][0, 0] += 0.01 * 3e-4

    found = located(FLOAT32, single, Reference(outcomes))

    assert words(found) == ("mxnet", "forward, y0 (linear)")
