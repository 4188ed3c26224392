"""A small model, for tests of what equality is told from."""

from adapters.zoo import metrics
from adapters.zoo.model import Data, Model, momentum

MODEL = Model(
    about="two linear layers",
    layers=("hidden", "output"),
    shapes={"hidden.weight": (2, 2), "output.weight": (2, 1)},
    data=lambda: Data({}, {}),
    metric=metrics.mean_squared_error,
    optimiser=momentum(lr=2**-4),
    steps=5,
    batch=3,
    reaches=1.0,
    higher_is_better=False,
)


def changed(results, name, *, by):
    return {**results, name: results[name] + by}
