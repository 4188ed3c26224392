"""Whether published results come out again: small models, five seeds each.

    OPENBLAS_NUM_THREADS=1 .venv/bin/python benchmarks/published_results.py

MNIST-1D has a published table of accuracies, S. Greydanus 2020, "Scaling down deep
learning"; its recipe is Adam with a step size of 0.01, batches of 100 and 6,000 steps.
The digits of scikit-learn have its example, a support vector classifier with 97 %.
Prints every seed's accuracy, and writes them to results/published_results.json with
machine and versions. A published number is confirmed if it lies within the spread of
the seeds, or the seeds are above it.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import reference_impl as ri
from reference_impl import data, nn, optim, train
from workbench.machine import record

RESULTS = Path(__file__).parent / "results" / "published_results.json"
SEEDS = range(5)


@dataclass(frozen=True)
class GRUClassifier(nn.Layer):
    """Both directions of a GRU, and an affine map of the outputs of all steps."""

    gru: nn.Bidirectional
    output: nn.Linear

    def __call__(self, x):
        """Scores of the classes for sequences (N, T)."""
        ys, _ = self.gru(ri.expand_dims(x, axis=2))
        return self.output(ri.reshape(ys, (x.shape[0], -1)))


def logistic(keys):
    """An affine map."""
    return nn.Linear.init(next(keys), 40, 10)


def mlp(keys):
    """Two hidden layers of 256, the second around a shortcut."""
    inner = nn.Sequential(
        {"linear": nn.Linear.init(next(keys), 256, 256), "relu": nn.Activation(ri.relu)}
    )
    return nn.Sequential(
        {
            "hidden": nn.Linear.init(next(keys), 40, 256),
            "relu": nn.Activation(ri.relu),
            "residual": nn.Residual(inner),
            "output": nn.Linear.init(next(keys), 256, 10),
        }
    )


def cnn(keys):
    """Three convolutions of 25 channels, each with a stride of 2."""
    layers: dict[str, Any] = {"image": nn.Reshape((1, 40))}
    for i, (inputs, size) in enumerate([(1, 5), (25, 3), (25, 3)]):
        layers[f"conv{i}"] = nn.Conv1d.init(
            next(keys), inputs, 25, size, stride=2, padding=1
        )
        layers[f"relu{i}"] = nn.Activation(ri.relu)
    layers |= {"flatten": nn.Flatten(), "output": nn.Linear.init(next(keys), 125, 10)}
    return nn.Sequential(layers)


def gru(keys):
    """A state of 6 in each direction."""
    both = nn.Bidirectional(*(nn.GRU.init(next(keys), 1, 6) for _ in range(2)))
    return GRUClassifier(both, nn.Linear.init(next(keys), 40 * 12, 10))


def small_cnn(keys):
    """Two convolutions of 8 by 8 pixels, then of 4 by 4."""
    return nn.Sequential(
        {
            "image": nn.Reshape((1, 8, 8)),
            "conv0": nn.Conv2d.init(next(keys), 1, 32, 3, padding=1),
            "relu0": nn.Activation(ri.relu),
            "pool": nn.MaxPool(2),
            "conv1": nn.Conv2d.init(next(keys), 32, 64, 3, padding=1),
            "relu1": nn.Activation(ri.relu),
            "flatten": nn.Flatten(),
            "output": nn.Linear.init(next(keys), 64 * 4 * 4, 10),
        }
    )


class Recipe(NamedTuple):
    """What is trained on what, how long, and the published accuracy."""

    model: Any
    dataset: Any
    published: float
    source: str
    lr: float = 0.01
    batch_size: int = 100
    steps: int = 6000


TABLE = "MNIST-1D, README, table of accuracies"
RECIPES = {
    "mnist1d logistic": Recipe(logistic, data.mnist1d, 0.32, TABLE),
    "mnist1d mlp": Recipe(mlp, data.mnist1d, 0.68, TABLE),
    "mnist1d cnn": Recipe(cnn, data.mnist1d, 0.94, TABLE),
    "mnist1d gru": Recipe(gru, data.mnist1d, 0.91, TABLE),
    "digits cnn": Recipe(
        small_cnn,
        data.digits,
        0.97,
        "scikit-learn, Recognizing hand-written digits",
        lr=1e-3,
        batch_size=32,
        steps=2000,
    ),
}


def accuracy(job):
    """The share of the test set that a model gets right after training."""
    name, seed = job
    recipe = RECIPES[name]
    keys = ri.random.split(ri.random.key(seed), 9)
    x, y, test_x, test_y = recipe.dataset()
    state = train.fit(
        recipe.model(iter(keys)),
        nn.cross_entropy,
        optim.adam(lr=recipe.lr),
        data.Loader(
            (x.astype(np.float32), y),
            batch_size=recipe.batch_size,
            shuffle=True,
            seed=seed,
            drop_last=True,
        ),
        steps=recipe.steps,
        compiled=True,
    )
    test = test_x.astype(np.float32), test_y
    return train.evaluate(state.model, test, {"accuracy": train.accuracy})["accuracy"]


def main():
    """Train what is named, or all of it; print; write if it was all."""
    names = sys.argv[1:] or list(RECIPES)
    jobs = [(name, seed) for name in names for seed in SEEDS]
    rows = {}
    with ProcessPoolExecutor(2) as pool:
        for (name, seed), found in zip(jobs, pool.map(accuracy, jobs), strict=True):
            rows.setdefault(name, []).append(found)
            print(f"{name:<18} seed {seed}: {found:.3f}", flush=True)
    table = {}
    for name, found in rows.items():
        recipe, low, high = RECIPES[name], min(found), max(found)
        table[name] = {
            "accuracies": found,
            "mean": float(np.mean(found)),
            "standard_deviation": float(np.std(found, ddof=1)),
            "published": recipe.published,
            "source": recipe.source,
            "is_confirmed": bool(recipe.published <= high),
        }
        print(f"{name:<18} {low:.3f} to {high:.3f}, published {recipe.published}")
    if names == list(RECIPES):
        record(RESULTS, ("reference_impl", "numpy"), results=table)


if __name__ == "__main__":
    main()
