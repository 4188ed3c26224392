"""A trainer that starts over trains as a new one does, bit for bit, in every mode."""

import os
from pathlib import Path

import numpy as np
import pytest

from adapters.contract import FRAMEWORKS, MODES
from workbench.experiment import experiment
from workbench.process import Missing, Worker

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("restart")]

HERE = Path(__file__).resolve().parent
# Momentum; and two objectives, noise and Adam.
CASES = (("linear_regression", False), ("linear_regression", True), ("gan", False))


@pytest.fixture(scope="module", params=FRAMEWORKS)
def worker(request, tmp_path_factory):
    try:
        found = Worker(
            request.param,
            tmp_path_factory.mktemp("errors"),
            cores=[0],
            limit_seconds=300,
            module="restarting",
            settings={"PYTHONPATH": os.pathsep.join(map(str, (HERE.parents[1], HERE)))},
        )
    except Missing as missing:
        pytest.skip(str(missing))
    with found:
        yield found


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
