"""How long layers take: of every model, in every framework that is there."""

import math

import numpy as np
import pytest

from adapters.contract import MODES
from adapters.zoo import MODELS
from workbench.experiment import experiment

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("layer_seconds")]

JOBS = "slowed"
SECONDS = 0.02  # that a slow layer takes longer
# A model, the layer in it that is slow, and the function that makes this layer alone.
SLOW = {
    "gan": ("discriminator.leaky_relu", "leaky_relu"),
    "lstm": ("last", "last"),
    "resnet8": ("pool", "average_pool"),
}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A function from the name of a model to the path of its inputs."""
    folder = tmp_path_factory.mktemp("inputs")

    def path(model):
        file = folder / f"{model}.npz"
        if not file.exists():
            np.savez(file, **experiment(model, steps=2, batch=16).inputs("float32"))
        return str(file)

    return path


@pytest.fixture
def ask(worker, inputs):
    """A function that asks for a job on a model."""

    def asked(job, model, mode=None, **arguments):
        return worker.ask(
            job,
            inputs=inputs(model),
            model=model,
            mode=mode or MODES[worker.framework][0],
            optimiser=MODELS[model].optimiser.as_dict(),
            **arguments,
        )

    return asked


@pytest.mark.parametrize("model", MODELS)
def test_every_layer_takes_time_and_they_stand_in_order(ask, model):
    rounds = ask("layers", model, rounds=2)["layers"]

    assert tuple(rounds) == MODELS[model].layers
    for seconds in rounds.values():
        assert len(seconds) == 2
        assert all(math.isfinite(s) and s > 0 for s in seconds)


@pytest.mark.parametrize("model", ["gan", "resnet8"])
def test_a_model_is_in_every_mode_what_it_was_before(ask, worker, model):
    expected = {"layers": list(MODELS[model].layers), "changed": []}

    found = {mode: ask("look", model, mode=mode) for mode in MODES[worker.framework]}

    assert found == dict.fromkeys(MODES[worker.framework], expected)


@pytest.mark.parametrize("model", SLOW)
def test_time_is_noted_at_the_layer_that_takes_it(ask, worker, model):
    slow, maker = SLOW[model]
    worker.ask("slow", model=model, maker=maker, seconds=SECONDS)

    rounds = ask("layers", model, rounds=2)["layers"]

    names = MODELS[model].layers
    behind = names[names.index(slow) + 1]
    assert min(rounds[slow]) >= SECONDS
    assert min(rounds[behind]) < SECONDS


def test_of_a_layer_that_is_used_again_the_first_call_counts(ask, worker):
    layer, maker = SLOW["gan"]
    worker.ask("slow", model="gan", maker=maker, seconds=0.0)

    assert ask("slow_once", "gan", seconds=SECONDS)[layer] >= SECONDS
