"""Which motifs a DNA sequence contains (after Alipanahi et al. 2015, DeepBind).

The sequences are random; into half of them a first motif is planted at a random place,
and into half of them a second one. Each letter of a planted motif is replaced by a
random one with probability 1/16. Classes: 0 neither, 1 the first, 2 the second, 3 both.
"""

import numpy as np

from . import metrics, shapes
from .model import Arrays, Data, Model, adam

LETTERS = "ACGT"
MOTIFS = ("TGACGTCATG", "CCATATAAGG")
SUBSTITUTED = 1 / 16  # the probability for each letter
LENGTH = 100
_TRAIN, _TEST = 4096, 1024


def sequences() -> Data:
    """Letters as unit vectors; x: (N, 4, 100) in {0, 1}, y: (N,) in [0, 4)."""
    rng = np.random.default_rng(0)
    return Data(_samples(rng, _TRAIN), _samples(rng, _TEST))


def _samples(rng: np.random.Generator, N: int) -> Arrays:
    letters = rng.integers(0, 4, (N, LENGTH))
    has = rng.integers(0, 2, (2, N))
    for half, motif in enumerate(MOTIFS):
        # Each motif in its half of the sequence: the two never overlap.
        start = half * LENGTH // 2
        starts = start + rng.integers(0, LENGTH // 2 - len(motif) + 1, N)
        written = np.array([LETTERS.index(letter) for letter in motif])
        planted = np.where(
            rng.uniform(size=(N, len(motif))) < SUBSTITUTED,
            rng.integers(0, 4, (N, len(motif))),
            written,
        )
        places = starts[:, None] + np.arange(len(motif))
        rows = np.flatnonzero(has[half])
        letters[rows[:, None], places[rows]] = planted[rows]
    x = np.eye(4)[letters].transpose(0, 2, 1)
    return {"x": np.ascontiguousarray(x), "y": has[0] + 2 * has[1]}


MODEL = Model(
    about="convolution over DNA: 16 filters of 12 letters, the best place of each",
    layers=("conv", "relu", "pool", "output"),
    shapes=shapes.filters("conv", 4, 16, 12) | shapes.linear("output", 16, 4),
    data=sequences,
    metric=metrics.accuracy,
    optimiser=adam(lr=2**-6),
    steps=400,
    batch=64,
    reaches=0.9,
    higher_is_better=True,
)
