"""A digit from its image, by convolutions (LeCun et al. 1998, with rectifiers)."""

import numpy as np

from . import metrics, shapes
from .model import Arrays, Model, momentum, normal

_SIZE, _BORDER = 3, 2  # of a pixel, and around the image; in the pixels there will be


def enlarged(samples: Arrays) -> Arrays:
    """Images as LeNet expects them; x: (N, 64) to (N, 1, 28, 28)."""
    x = samples["x"].reshape(-1, 1, 8, 8)
    x = x.repeat(_SIZE, axis=2).repeat(_SIZE, axis=3)
    edges = [(0, 0), (0, 0), (_BORDER, _BORDER), (_BORDER, _BORDER)]
    return {"x": np.pad(x, edges), "y": samples["y"]}


MODEL = Model(
    about="LeNet-5: two convolutions and three linear layers, on images of 28 by 28",
    layers=(
        *("conv1", "relu1", "pool1", "conv2", "relu2", "pool2"),
        *("fc1", "relu3", "fc2", "relu4", "output"),
    ),
    shapes=(
        shapes.filters("conv1", 1, 6, 5, 5)
        | shapes.filters("conv2", 6, 16, 5, 5)
        | shapes.linear("fc1", 400, 120)
        | shapes.linear("fc2", 120, 84)
        | shapes.linear("output", 84, 10)
    ),
    # Zeros would leave the dark parts of an image exactly where a rectifier bends.
    first={"conv1.bias": normal(0.1), "conv2.bias": normal(0.1)},
    data="digits",
    prepare=enlarged,
    metric=metrics.accuracy,
    optimiser=momentum(lr=2**-5),
    steps=600,
    batch=64,
    reaches=0.965,
    higher_is_better=True,
)
