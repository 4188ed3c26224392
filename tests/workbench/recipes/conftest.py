"""What the tests of recipes share: trainings that nobody had to wait for."""

import pytest

from workbench import machine
from workbench.experiment import recipe
from workbench.recipes import source
from workbench.recipes.store import Training


@pytest.fixture
def training():
    """A function that makes a training, by the recipe of a perceptron."""

    def make(framework="reference", seed=0, value=0.95, **fields):
        return Training(
            **{
                "experiment": recipe("mlp", seed=seed).id,
                "model": "mlp",
                "framework": framework,
                "mode": "compiled",
                "seed": seed,
                "versions": {"numpy": "2"},
                "source": source.of(framework, fields.get("model", "mlp")),
                "metric": "accuracy",
                "value": value,
                "noise": None,
                "machine": machine.description(),
            }
            | fields
        )

    return make
