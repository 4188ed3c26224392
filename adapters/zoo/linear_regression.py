"""How a disease will go on, from ten measurements."""

from . import metrics, shapes
from .model import Model, momentum

MODEL = Model(
    about="linear regression: 10 measurements of a patient to the progress in a year",
    layers=("output",),
    shapes=shapes.linear("output", 10, 1),
    data="diabetes",
    metric=metrics.mean_squared_error,
    optimiser=momentum(lr=2**-7),
    steps=200,
    batch=64,
    reaches=0.6,
    higher_is_better=False,
)
