"""Native updates: a deviation is excused by its formula, and never by its size."""

import numpy as np
import pytest
from short_comparisons import installed

from adapters.formulas import FORMULAS
from adapters.zoo import MODELS
from workbench import updates
from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.request import Request

MODEL = MODELS["gan"]  # two objectives: the second starts from what the first trained
SETTINGS = {"lr": 0.1, "momentum": 0.5}
START = {name: np.ones(shape) for name, shape in MODEL.shapes.items()}
# Numbers that float32 does not hold, so that TensorFlow and MXNet deviate.
DECIMAL = experiment("linear_regression", steps=12, lr=0.01, is_native=True)
CAUSE = "its own momentum rounds lr to float32"


class Trainer:
    """Momentum by hand; every gradient is a tenth of the mean of all parameters."""

    def __init__(self, start):
        self.restart(start)

    def restart(self, start):
        self.values = {name: a.copy() for name, a in start.items()}
        self.velocities = {name: np.zeros_like(a) for name, a in start.items()}

    def parameters(self):
        return dict(self.values)

    def gradients(self, batch):
        mean = batch * np.mean([a.mean() for a in self.values.values()]) / 10
        return {}, {name: np.full_like(a, mean) for name, a in self.values.items()}

    def train(self, batches):
        for batch in batches:
            for objective in MODEL.objectives:
                _, gradients = self.gradients(batch)
                for name in MODEL.trained(objective):
                    v = SETTINGS["momentum"] * self.velocities[name] + gradients[name]
                    self.velocities[name] = v
                    self.values[name] = self.values[name] - SETTINGS["lr"] * v


def answered(*, momentum):
    """What a framework has after 3 steps, beside what is declared of it."""
    trainer = Trainer(START)
    formula = updates.formula(
        "pytorch", "eager", name="momentum", lr=0.1, momentum=momentum
    )
    declared = updates.declared(
        trainer, [1.0, 2.0, 3.0], MODEL, formula, probe=Trainer(START)
    )
    results = {f"after 3/{name}": a for name, a in trainer.parameters().items()}
    return results | {f"declared/{name}": a for name, a in declared.items()}


def fault(results):
    return updates.fault(results, "float64", "after 3")


def test_what_follows_its_formula_has_no_fault():
    assert fault(answered(momentum=SETTINGS["momentum"])) is None


def test_what_does_not_follow_its_formula_has_a_fault_that_is_told():
    results = answered(momentum=SETTINGS["momentum"] + 1e-4)

    assert "its own updates are not what is declared of them" in fault(results)


def test_of_native_updates_it_is_demanded_what_is_declared_of_them():
    shapes = DECIMAL.shapes("float32")

    assert {n for n in shapes if n.startswith("declared/")} == {
        f"declared/{name}" for name in MODELS[DECIMAL.model].shapes
    }
    assert not any("declared" in n for n in experiment("gan").shapes("float64"))


def test_without_a_deviation_the_formula_is_the_shared_one():
    shared = updates.formula("jax", "jit", name="momentum", **SETTINGS)
    rounded = updates.formula("mxnet", "module", name="momentum", **SETTINGS)

    assert shared.func is FORMULAS["momentum"]
    assert rounded.func is not FORMULAS["momentum"]


def rows(*frameworks, made=DECIMAL):
    request = Request(frameworks, measure=False, patience_seconds=300)
    document = compare(made, request)
    return installed({row["framework"]: row for row in document["rows"]})


@pytest.mark.frameworks
def test_two_that_deviate_do_not_outvote_the_one_that_does_not():
    found = rows("pytorch", "tensorflow", "mxnet")

    follower = found["pytorch"]
    assert (follower["status"], follower["reason"]) == ("equal", None)
    assert (follower["steps"], follower["trajectory_error"]) == (None, None)
    assert "its training was compared with nobody's" in follower["remark"]
    for name in ("tensorflow", "mxnet"):
        assert (found[name]["status"], found[name]["cause"]) == ("different", CAUSE)
        assert "float64: training differs after 10 steps" in found[name]["reason"]
        assert (found[name]["steps"], found[name]["remark"]) == (DECIMAL.steps, None)


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("framework", "text", "instead"),
    [
        ("mxnet", "optimizer.SGD(", "optimizer.NAG("),
        ("mxnet", "optimizer.SGD(", "optimizer.SGD(rescale_grad=1.0 + 2**-20, "),
        ("pytorch", "SGD(params, lr, momentum)", "SGD(params, 2 * lr, momentum)"),
    ],
    ids=["Nesterov's momentum", "gradients 1e-6 off", "lr doubled"],
)
def test_a_mistake_in_native_updates_has_no_documented_cause(
    planted, framework, text, instead
):
    planted(framework, "optim.py", text, instead)

    found = rows("reference", "jax", framework)

    assert found["reference"]["status"] == found["jax"]["status"] == "equal"
    assert (found[framework]["status"], found[framework]["cause"]) == (
        "different",
        None,
    )
    words = "float64: its own updates are not what is declared of them"
    assert words in found[framework]["reason"]
