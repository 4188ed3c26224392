"""A process that differentiates single layers and losses of an adapter.

Started by `workbench.process.Worker`, and answers as `workbench.worker` does.
"""

import importlib
import inspect
import sys

import numpy as np

from workbench.worker import serve

G = "g"  # the name of what flows back into the result


class Jobs:
    """What can be asked."""

    def __init__(self, framework, threads):
        self._layers, self._losses, self._tensor, self._own = (
            importlib.import_module(name)
            for name in (
                *(f"adapters.{framework}.{n}" for n in ("layers", "losses", "tensor")),
                f"extremes.{framework}",
            )
        )
        self._tensor.configure(threads)

    def versions(self):
        return self._tensor.versions()

    def layer(self, *, name, settings, **asked):
        """The result of a layer in training, and the gradients by all that is real.

        Parameters are among the arrays, as `layer.weight`; what it reads is `x`.
        """
        make = getattr(self._layers, name)
        # The names of parameters are the same in all adapters; not all need all.
        wanted = [n for n in inspect.signature(make).parameters if n in settings]
        layer = make(**{n: self._own.setting(settings[n]) for n in wanted})
        return self._answer(self._own.layer, layer, **asked)

    def loss(self, *, name, **asked):
        """The same of a loss, whose arguments the arrays are."""
        return self._answer(self._own.loss, getattr(self._losses, name), **asked)

    def _answer(self, differentiated, function, *, arrays, mode):
        arrays = {n: np.array(*of) for n, of in arrays.items()}
        g = self._tensor.from_numpy(arrays.pop(G))
        y, gradients = differentiated(function, arrays, g, mode)
        found = {"y": self._tensor.to_numpy(y)} | gradients
        return {n: (a.tolist(), a.dtype.name) for n, a in found.items()}


def main(framework, cores):
    """Answer until there is nothing more to answer."""
    serve(
        f"adapters.{framework}.tensor",
        lambda module, threads: Jobs(framework, threads),
        cores,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
