"""Everything that crosses to a framework, as its worker reads it from a file."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from adapters.contract import Arrays, Batch

from .arrays import under, unit


class Inputs:
    """Where a training starts, and its samples in the framework's own tensors.

    Parameters
    ----------
    path : str
        The file, as `Experiment.inputs` has made it.
    tensor, data : module
        The adapter's.

    Attributes
    ----------
    start : dict of arrays
        Parameters and statistics.
    steps : int
    """

    def __init__(self, path: str, tensor: ModuleType, data: ModuleType) -> None:
        with np.load(path, allow_pickle=False) as file:
            self._arrays: Arrays = dict(file)
        self._tensor, self._data = tensor, data
        self._parameters = under("parameter", self._arrays)
        self.start = self._parameters | under("statistic", self._arrays)
        self.steps = len(self._arrays["order"])

    def near(self, run: int) -> Arrays:
        """The start with every parameter one rounding off, in a way of this run's."""
        return self.start | one_ulp_off(self._parameters, np.random.default_rng(run))

    def along(self, names: tuple[str, ...], length: float) -> Arrays:
        """The start, some of it moved by a length along the experiment's direction."""
        everything = under("direction", self._arrays)
        direction = unit({name: everything[name] for name in names})
        moved = {n: self.start[n] + length * d for n, d in direction.items()}
        return self.start | moved

    def batches(self, start: int = 0, stop: int | None = None) -> Iterator[Batch]:
        """The batches of all steps, or of those between two numbers."""
        steps = slice(start, stop)
        noise = {n: a[steps] for n, a in under("noise", self._arrays).items()}
        yield from self._data.batches(
            under("train", self._arrays), noise, self._arrays["order"][steps]
        )

    def first_batch(self) -> Batch:
        """The batch of the first step."""
        return next(self.batches(0, 1))

    def test_batch(self, count: int | None = None) -> Batch:
        """The samples for testing, or the first of them."""
        return {
            name: self._tensor.from_numpy(array[:count])
            for name, array in under("test", self._arrays).items()
        }

    def predicted(self, trainer: Any, batch: Batch) -> np.ndarray:
        """What a trainer predicts for a batch."""
        return self._tensor.to_numpy(trainer.predict(batch))


def one_ulp_off(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Arrays whose every number is its neighbour above or below, as chance has it."""
    ends = np.array([-np.inf, np.inf])
    return {
        # Towards an infinity of the array's own dtype: its neighbours are meant.
        n: np.nextafter(a, ends.astype(a.dtype)[rng.integers(0, 2, a.shape)])
        for n, a in arrays.items()
    }
