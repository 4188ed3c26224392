"""Chains of the adapters' own layers are equal everywhere, and as the tables say.

What the zoo is made of is drawn with random sizes, strides and paddings, loaded by the
adapters' own names of parameters, and differentiated by their own functions.
"""

import pytest
from hypothesis import given
from random_models.adapted.parts import MAKERS, named
from random_models.chains import LAYERS, chains
from random_models.comparison import difference, exception, truth
from random_models.frameworks import Outcome
from random_models.profile import drawn

from adapters.contract import FILES

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("random models")]

# The adapters' names of kinds that go by more than one here.
NAMES = {
    "conv1d": "convolution",
    "conv2d": "convolution",
    "max_pool2d": "max_pool",
    "global_max_pool": "max_pool",
    "global_average_pool": "average_pool",
}
CALLED = "the adapter of "


def outcomes(model, frameworks):
    """What all adapters say, and what the reference's table of layers says to it."""
    table = frameworks.run("reference", model)
    arguments = [name for layer in model.layers for name in layer.arguments()]
    return {
        "the table of the reference": Outcome(
            {name: table.values[name] for name in [*named(model), "loss"]},
            {name: table.gradients[name] for name in arguments},
        )
    } | {CALLED + name: own for name, own in frameworks.adapted(model).items()}


@pytest.mark.parametrize("kind", LAYERS)
def test_the_adapters_layers_are_equal(frameworks, kind):
    @drawn(2)
    @given(chains(kind))
    def is_equal(model):
        found = outcomes(model, frameworks)
        wrong = exception(found) or difference(
            model, found, truth(model, frameworks, found)
        )
        assert wrong is None, f"{wrong}\n{model}"

    is_equal()


def test_all_that_adapters_offer_is_drawn():
    kinds = {NAMES.get(kind, kind) for kind in [*LAYERS, "last"]}

    assert kinds == set(FILES["layers.py"]) - {"sequential"}
    assert set(MAKERS) == {*LAYERS, "last"}
