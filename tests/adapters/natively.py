"""A process with one framework in it, which uses the framework's own parts.

Started by `workbench.process.Worker`, and answers as `workbench.worker` does.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import numpy as np

from workbench import worker
from workbench.arrays import named, under

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
        np.savez(output, **self._trained(inputs, is_native=True, **options))
        return {}

    def train_by_its_own(self, *, output, name, own, options, factor, model, **others):
        """Write gradients and parameters of a training by the framework's own loss.

        Its `factor` makes it the adapter's.
        """
        called, own = CALLS[self._framework], pkgutil.resolve_name(own)
        file = importlib.import_module(f"adapters.{self._framework}.models.{model}")
        shared = getattr(file, name)
        # Of MXNet's functions the first argument is a name space.
        setattr(file, name, lambda *x: factor * called(own, *x[-2:], **options))
        try:
            np.savez(output, **self._trained(model=model, **others))
        finally:
            setattr(file, name, shared)
        return {}

    def train_by_the_adapters(self, *, output, **others):
        """The same by the loss that all adapters share."""
        np.savez(output, **self._trained(**others))
        return {}

    def _trained(self, inputs, **options):
        """The gradients of the first batch, and the parameters after all."""
        with np.load(inputs, allow_pickle=False) as file:
            arrays = dict(file)
        start, noise = under("parameter", arrays), under("noise", arrays)
        trainer = self._trainer(arrays=start, **options)
        train, order = under("train", arrays), arrays["order"]
        batches = list(self._data.batches(train, noise, order))
        gradients = trainer.gradients(batches[0])[1]
        trainer.train(batches)
        return trainer.parameters() | named("gradient", gradients)

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
