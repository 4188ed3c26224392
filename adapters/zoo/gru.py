"""A digit from its curve, read point by point by a GRU."""

from . import metrics, shapes
from .lstm import curves
from .model import Model, adam

MODEL = Model(
    about="GRU: 40 points of a curve, what is in mind after the last to 10 digits",
    layers=("gru", "last", "output"),
    shapes=shapes.gru("gru", 1, 32) | shapes.linear("output", 32, 10),
    data="mnist1d",
    prepare=curves,
    metric=metrics.accuracy,
    optimiser=adam(lr=2**-6),
    steps=600,
    batch=256,
    reaches=0.92,
    higher_is_better=True,
)
