"""A trainer that starts over trains as a new one does, bit for bit, in every mode."""

import numpy as np
import pytest

from adapters.contract import MODES
from workbench.experiment import experiment

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("restart")]

JOBS = "restarting"
# Momentum; and two objectives, noise and Adam.
CASES = (("linear_regression", False), ("linear_regression", True), ("gan", False))


@pytest.fixture
def ask(worker, tmp_path):
    """A function that asks for a job on a model, in every mode of the framework."""

    def answers(job, model, *, is_native=False):
        one = experiment(model, steps=2, batch=16, is_native=is_native)
        inputs = tmp_path / f"{model}.npz"
        np.savez(inputs, **one.inputs("float64"))
        return {
            mode: worker.ask(job, inputs=str(inputs), **one.options(mode))
            for mode in MODES[worker.framework]
        }

    return answers


@pytest.mark.parametrize(("model", "is_native"), CASES)
def test_a_second_training_is_the_first_again(ask, model, is_native):
    nothing = {"away": [], "again": [], "unmoved": []}

    for mode, answer in ask("twice", model, is_native=is_native).items():
        assert answer == nothing, mode


def test_parameters_that_do_not_fit_are_refused(ask):
    for answer in ask("refusal", "linear_regression").values():
        assert answer["said"] == "parameters: output.weight is missing"
