"""A training that can be run as a program, and killed: `training_run.py FOLDER MODE`.

Its model draws random numbers and has running statistics, its loader shuffles, and the
last batch of an epoch is smaller.
"""

import dataclasses
import sys
from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import data, nn, optim, train

RNG = np.random.default_rng(0)
X = RNG.normal(size=(22, 4)).astype(np.float32)
Y = RNG.integers(3, size=22)
EVERY = 3  # steps from checkpoint to checkpoint


@dataclass(frozen=True)
class Noisy(nn.Layer):
    """Leaves out what a mask says, and counts its uses and the mean of its inputs."""

    used: ri.Tensor = nn.statistic()
    mean: ri.Tensor = nn.statistic()

    def __call__(self, x):
        return x - self.mean

    def training(self, x, key=None):
        mask = ri.random.bernoulli(key, 0.7, x.shape)
        mean = 0.9 * self.mean + 0.1 * ri.mean(x, axis=0)
        after = dataclasses.replace(self, used=self.used + 1, mean=mean)
        return ri.where(mask, x - self.mean, 0.0), after


def model():
    first, second = ri.random.split(ri.random.key(1))
    return nn.Sequential(
        {
            "hidden": nn.Linear.init(first, 4, 5),
            "noisy": Noisy(used=ri.tensor(0), mean=ri.zeros(5)),
            "relu": nn.Activation(ri.relu),
            "output": nn.Linear.init(second, 5, 3),
        }
    )


def loader(**options):
    return data.Loader((X, Y), batch_size=4, shuffle=True, seed=5, **options)


def fit(**options):
    return train.fit(
        model(),
        nn.cross_entropy,
        optim.sgd(lr=0.1, momentum=0.9),
        loader(),
        key=ri.random.key(2),
        **options,
    )


class Say(train.Callback):
    """Prints the number of every step."""

    def after_step(self, moment):
        print(moment.step, flush=True)


if __name__ == "__main__":
    fit(
        steps=10**9,
        callbacks=[train.Checkpoint(sys.argv[1], every=EVERY, keep=2), Say()],
        compiled=sys.argv[2] == "compiled",
    )
