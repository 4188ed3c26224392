"""A digit from its curve, read point by point by an LSTM."""

from . import metrics, shapes
from .model import Arrays, Model, adam, remembering


def curves(samples: Arrays) -> Arrays:
    """Sequences of one feature; x: (N, 40) to (N, 40, 1)."""
    return {"x": samples["x"][:, :, None], "y": samples["y"]}


MODEL = Model(
    about="LSTM: 40 points of a curve, what is in mind after the last to 10 digits",
    layers=("lstm", "last", "output"),
    shapes=shapes.lstm("lstm", 1, 32) | shapes.linear("output", 32, 10),
    first={"lstm.bias": remembering},
    data="mnist1d",
    prepare=curves,
    metric=metrics.accuracy,
    optimiser=adam(lr=2**-7),
    steps=1200,
    batch=256,
    reaches=0.88,
    higher_is_better=True,
)
