"""A digit from its pixels, each with a weight for each class."""

from . import metrics, shapes
from .model import Model, momentum

MODEL = Model(
    about="softmax regression: 64 pixels to the scores of 10 digits",
    layers=("output",),
    shapes=shapes.linear("output", 64, 10),
    data="digits",
    metric=metrics.accuracy,
    optimiser=momentum(lr=2**-3),
    steps=300,
    batch=64,
    reaches=0.93,
    higher_is_better=True,
)
