import types

import numpy as np
import pytest

from adapters.zoo import MODELS
from workbench.stopwatch import Stopwatch

RESNET, GAN = MODELS["resnet8"], MODELS["gan"]


def watched(model, moves):
    """A model of which steps move some arrays."""
    start = model.first_values(np.random.default_rng(0))
    now = {name: array + (name in moves) for name, array in start.items()}
    return Stopwatch(
        model=model,
        trainer=types.SimpleNamespace(parameters=lambda: now),
        batches=[],
        sample={},
        to_numpy=np.asarray,
        start=start,
    )


@pytest.mark.parametrize("model", [RESNET, GAN])
def test_what_each_objective_trains_must_move(model):
    firsts = [model.trained(objective)[0] for objective in model.objectives]

    assert watched(model, firsts).has_trained()
    for name in firsts:
        assert not watched(model, {*firsts} - {name}).has_trained()


def test_running_statistics_are_no_training():
    assert not watched(RESNET, RESNET.statistics).has_trained()
