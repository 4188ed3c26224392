"""A process with one framework in it, which uses the framework's own parts.

Started by `workbench.process.Worker`, and answers as `workbench.worker` does.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import numpy as np

from workbench import worker
from workbench.arrays import under

# How the framework's users call a loss: a function, or an object that is one.
CALLS = {
    "reference": lambda own, prediction, y, **options: own(prediction, y, **options),
    "pytorch": lambda own, prediction, y, **options: own(prediction, y, **options),
    "tensorflow": lambda own, prediction, y, **options: own(**options)(y, prediction),
    "mxnet": lambda own, prediction, y, **options: own(**options)(prediction, y).mean(),
}


class Jobs:
    """What can be asked."""

    def __init__(self, framework, trainer):
        self._framework, self._trainer = framework, trainer
        self._tensor, self._data, self._losses = (
            importlib.import_module(f"adapters.{framework}.{name}")
            for name in ("tensor", "data", "losses")
        )
        self._tensor.configure(1)

    def versions(self):
        return self._tensor.versions()

    def train(self, *, inputs, output, **options):
        """Write the parameters after a native training."""
        with np.load(inputs, allow_pickle=False) as file:
            arrays = dict(file)
        start = under("parameter", arrays)
        trainer = self._trainer(arrays=start, is_native=True, **options)
        train = under("train", arrays)
        trainer.train(self._data.batches(train, {}, arrays["order"]))
        np.savez(output, **trainer.parameters())
        return {}

    def loss(self, *, name, own, options, prediction, y):
        """A loss by the adapter, and the framework's own with options and without."""
        function, called = getattr(self._losses, name), CALLS[self._framework]
        both = [self._tensor.from_numpy(np.array(x)) for x in (prediction, y)]
        shared = [sys.modules["mxnet"].nd] if self._framework == "mxnet" else []
        own = pkgutil.resolve_name(own)
        values = {
            "shared": function(*shared, *both),
            "own": called(own, *both, **options),
            "unsaid": called(own, *both),
        }
        return {key: self._tensor.to_numpy(x).item() for key, x in values.items()}


def main(framework, cores):
    """Answer until there is nothing more to answer."""
    worker.serve(
        f"adapters.{framework}.train",
        lambda module, threads: Jobs(framework, module.Trainer),
        cores,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
