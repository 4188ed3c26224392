"""Images of digits from eight numbers (Kingma and Welling 2014).

The code is mean + exp(log_variance / 2) noise. The loss is the cross entropy of an
image's pixels plus the divergence of its code from the standard normal distribution,
in nats, on average over the images. Predictions are the scores of the pixels.
"""

from . import metrics, shapes
from .model import Arrays, Model, adam


def pictures(samples: Arrays) -> Arrays:
    """The images alone; x: (N, 64), in [0, 1]."""
    return {"x": samples["x"]}


MODEL = Model(
    about="variational autoencoder: 64 pixels, 32 hidden, a code of 8 and back",
    layers=("encoder", "relu1", "mean", "log_variance", "decoder", "relu2", "output"),
    shapes=(
        shapes.linear("encoder", 64, 32)
        | shapes.linear("mean", 32, 8)
        | shapes.linear("log_variance", 32, 8)
        | shapes.linear("decoder", 8, 32)
        | shapes.linear("output", 32, 64)
    ),
    data="digits",
    prepare=pictures,
    noise={"noise": (8,)},
    metric=metrics.pixel_cross_entropy,
    optimiser=adam(lr=2**-7),
    steps=1000,
    batch=64,
    reaches=23.5,
    higher_is_better=False,
)
