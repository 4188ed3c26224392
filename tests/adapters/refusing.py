"""A process that says what its framework's `Trainer` makes of bad input.

Started by `workbench.process.Worker`, and answers as `workbench.worker` does.
"""

from __future__ import annotations

import importlib
import sys

import numpy as np

from adapters.zoo import MODELS
from workbench.worker import serve

MODEL = MODELS["linear_regression"]
BIAS = "output.bias"
# What is done to the arrays, which are dicts of float64, and what is then refused.
ARRAYS = {
    "missing": lambda a: a.pop(BIAS),
    "extra": lambda a: a.update({"output.scale": np.ones(1)}),
    "misshapen": lambda a: a.update({BIAS: np.zeros(2)}),
    "mixed dtypes": lambda a: a.update({BIAS: np.zeros(1, "float32")}),
    "integers": lambda a: a.update({BIAS: np.zeros(1, "int64")}),
    "big-endian": lambda a: a.update({BIAS: np.zeros(1, ">f8")}),
    "not a number": lambda a: a.update({BIAS: np.array([np.nan])}),
    "infinite": lambda a: a.update({BIAS: np.array([-np.inf])}),
    "a list": lambda a: a.update({BIAS: [0.0]}),
}
# What is not.
TAKEN = {
    "backward in memory": lambda a: a.update(
        {"output.weight": a["output.weight"][::-1]}
    )
}


class Jobs:
    """What can be asked."""

    def __init__(self, framework, trainer):
        self._framework, self._trainer = framework, trainer
        self._tensor = importlib.import_module(f"adapters.{framework}.tensor")

    def versions(self):
        return self._tensor.versions()

    def refusal(self, *, arrays=None, **options):
        """What the error says, or nothing if there is none; of a change in `ARRAYS`.

        And whether the framework's file of the model has been read.
        """
        start = MODEL.first_values(np.random.default_rng(0))
        if arrays:
            (ARRAYS | TAKEN)[arrays](start)
        said = self._said(arrays=start, **options)
        file = f"adapters.{self._framework}.models.{options['model']}"
        return {"said": said, "is_begun": file in sys.modules}

    def refusal_of_file(self, *, model, **options):
        """What the error says of a model that is given its own arrays."""
        arrays = MODELS[model].first_values(np.random.default_rng(0))
        return {"said": self._said(model=model, arrays=arrays, **options)}

    def _said(self, **options):
        """What the error says, or nothing if there is none."""
        try:
            self._trainer(**options)
        except ValueError as error:
            return str(error)
        return None


def main(framework, cores):
    """Answer until there is nothing more to answer."""
    serve(
        f"adapters.{framework}.train",
        lambda module, threads: Jobs(framework, module.Trainer),
        cores,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
