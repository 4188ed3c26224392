"""A model whose steps and predictions are timed, in the process that runs it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.contract import Arrays, Model

WARM_UP_STEPS, WARM_UP_SECONDS = 20, 2.0  # whichever is over first
MOST_AT_ONCE = 1024  # steps between two looks at the clock
MOST_PREDICTIONS = 64  # the same, for predictions


@dataclass
class Stopwatch:
    """A model under measurement.

    Attributes
    ----------
    model : Model
        What it trains.
    trainer : Trainer
        See `adapters.contract`.
    batches : list
        What it steps over, again and again.
    sample : batch
        The one for which it predicts.
    to_numpy : function
        What the framework's adapter calls so: a prediction is there once it is NumPy's.
    start : dict of arrays
        The parameters and statistics that the trainer began with.
    """

    model: Model
    trainer: Any
    batches: list[dict[str, Any]]
    sample: dict[str, Any]
    to_numpy: Callable[[Any], np.ndarray]
    start: Arrays
    _position: int = 0
    _step_seconds: float = 0.0

    def first_step(self) -> float:
        """The seconds of the first step, with whatever is compiled in it."""
        self._step_seconds = self._steps(1)
        return self._step_seconds

    def warm_up(self) -> None:
        """Steps and predictions that nobody counts."""
        passed = 0.0
        for _ in range(WARM_UP_STEPS):
            self._step_seconds = self._steps(1)
            passed += self._step_seconds
            if passed > WARM_UP_SECONDS:
                break
        for _ in range(WARM_UP_STEPS):
            self._predict()

    def step(self, seconds: float) -> float:
        """Seconds that one training step takes, measured over about a given time.

        All steps are one call of the trainer, as a user would train, and the first of
        a training: a model that has converged computes with denormal numbers, which
        some processors multiply a hundred times slower.
        """
        self.trainer.restart(self.start)
        self._position = 0
        count = min(max(round(seconds / self._step_seconds), 1), MOST_AT_ONCE)
        self._step_seconds = self._steps(count) / count
        return self._step_seconds

    def prediction(self, seconds: float) -> float:
        """Seconds from one sample to its prediction, measured over a given time."""
        count, at_once = 0, 1
        started = time.perf_counter()
        while (passed := time.perf_counter() - started) < seconds:
            for _ in range(at_once):
                self._predict()
            count += at_once
            at_once = min(2 * at_once, MOST_PREDICTIONS)
        return passed / count

    def has_trained(self) -> bool:
        """Whether the steps so far have changed what each objective trains.

        If not, what was timed?
        """
        now = self.trainer.parameters()
        return all(
            any((now[name] != self.start[name]).any() for name in names)
            for names in map(self.model.trained, self.model.objectives)
        )

    def _steps(self, count: int) -> float:
        """The seconds that some steps take, going round the batches."""
        start = self._position
        chosen = [
            self.batches[i % len(self.batches)] for i in range(start, start + count)
        ]
        self._position += count
        started = time.perf_counter()
        self.trainer.train(chosen)
        return time.perf_counter() - started

    def _predict(self) -> None:
        self.to_numpy(self.trainer.predict(self.sample))
