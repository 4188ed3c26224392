"""The jobs of a worker, and more: whether a training that starts over is a new one.

Started as `workbench.worker` is.
"""

import sys

import numpy as np

from workbench.jobs import Jobs
from workbench.worker import serve

STEPS = 2


class Restarting(Jobs):
    """What can be asked."""

    def twice(self, *, inputs, **options):
        """What is another one in a second training by the same trainer.

        Before it, the trainer is given parameters that have nothing to do with either.
        """
        read = self._read(inputs)
        start = read.start
        away = {name: np.ones_like(array) for name, array in start.items()}
        trainer = self._trainer(arrays=start, **options)
        first = self._trained(trainer, read)
        trainer.restart(away)
        taken = trainer.parameters()
        trainer.restart(start)
        again = self._trained(trainer, read)
        return {
            "away": [n for n in away if not np.array_equal(taken[n], away[n])],
            "again": [n for n in first if not np.array_equal(first[n], again[n])],
            "unmoved": [n for n in start if np.array_equal(first[n], start[n])],
        }

    def refusal(self, *, inputs, **options):
        """What is said against parameters of which the first is missing."""
        start = self._read(inputs).start
        trainer = self._trainer(arrays=start, **options)
        try:
            trainer.restart(dict(list(start.items())[1:]))
        except ValueError as error:
            return {"said": str(error)}
        return {"said": None}

    def _trained(self, trainer, read):
        """Parameters, losses, gradients and predictions after some steps."""
        batch = read.first_batch()
        losses = trainer.train(read.batches(0, STEPS))
        found = trainer.parameters()
        found |= {f"losses/{n}": np.asarray(values) for n, values in losses.items()}
        values, gradients = trainer.gradients(batch)
        found |= {f"loss/{n}": np.asarray(value) for n, value in values.items()}
        found |= {f"gradient/{n}": array for n, array in gradients.items()}
        return found | {"prediction": read.predicted(trainer, batch)}


def main(framework, cores):
    """Answer until there is nothing more to answer."""
    serve(
        f"adapters.{framework}.train",
        lambda module, threads: Restarting(framework, module.Trainer, threads=threads),
        cores,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
