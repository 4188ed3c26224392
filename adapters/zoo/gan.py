"""Points like those around eight centres, from noise (Goodfellow et al. 2014).

In a step the discriminator learns from real points and from those made of `z1`; then
the generator learns from `z2` (its loss is the one that does not saturate). Predictions
are the points made of `z1`.
"""

import numpy as np

from . import shapes
from .model import Arrays, Data, Metric, Model, adam

CENTRES = np.stack(
    [np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], axis=1
)
SIGMA = 0.1
_TRAIN, _TEST = 8192, 1024


def points() -> Data:
    """Normal distributions around eight places on a circle; x: (N, 2)."""
    rng = np.random.default_rng(0)

    def samples(N: int) -> Arrays:
        centres = CENTRES[rng.integers(0, len(CENTRES), N)]
        return {"x": centres + SIGMA * rng.normal(size=(N, 2))}

    return Data(samples(_TRAIN), samples(_TEST))


def covered(predictions: np.ndarray, test: Arrays) -> Metric:
    """The share of points within 3 sigma of a centre, times that of centres met."""
    del test  # the centres are known
    distances = np.linalg.norm(predictions[:, None] - CENTRES, axis=2)
    is_near = distances.min(1) < 3 * SIGMA
    met = np.unique(distances.argmin(1)[is_near])
    return Metric("covered", float(is_near.mean() * len(met) / len(CENTRES)))


MODEL = Model(
    about="generative adversarial networks: points around eight centres, from noise",
    layers=(
        *("generator.hidden", "generator.relu", "generator.output"),
        *("discriminator.hidden", "discriminator.leaky_relu", "discriminator.output"),
    ),
    shapes=(
        shapes.linear("generator.hidden", 8, 32)
        | shapes.linear("generator.output", 32, 2)
        | shapes.linear("discriminator.hidden", 2, 32)
        | shapes.linear("discriminator.output", 32, 1)
    ),
    data=points,
    noise={"z1": (8,), "z2": (8,)},
    objectives={
        "discriminator_loss": "discriminator.",
        "generator_loss": "generator.",
    },
    metric=covered,
    optimiser=adam(lr=2**-9, beta1=0.5),
    steps=5000,
    batch=512,
    reaches=0.8,
    higher_is_better=True,
)
