"""A digit from its pixels, with one hidden layer."""

from . import metrics, shapes
from .model import Model, momentum

MODEL = Model(
    about="perceptron: 64 pixels, 128 hidden, 10 digits",
    layers=("hidden", "relu", "output"),
    shapes=shapes.linear("hidden", 64, 128) | shapes.linear("output", 128, 10),
    data="digits",
    metric=metrics.accuracy,
    optimiser=momentum(lr=2**-4),
    steps=400,
    batch=64,
    reaches=0.93,
    higher_is_better=True,
)
