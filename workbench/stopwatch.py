"""A model whose steps and predictions are timed, in the process that runs it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.contract import Arrays, Model

WARM_UP_STEPS, WARM_UP_SECONDS = 20, 2.0  # whichever is over first
MOST_AT_ONCE = 1024  # steps of a round
AIM = 2 / 3  # of the time that a round is given; half of it is enough
MOST_PREDICTIONS = 64  # between two looks at the clock


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
    _count: int = 1

    def first_step(self) -> float:
        """The seconds of the first step, with whatever is compiled in it."""
        return self._steps(1)

    def warm_up(self) -> None:
        """Steps and predictions that nobody counts."""
        passed = 0.0
        for _ in range(WARM_UP_STEPS):
            passed += self._steps(1)
            if passed > WARM_UP_SECONDS:
                break
        for _ in range(WARM_UP_STEPS):
            self._predict()

    def settle(self, seconds: float) -> None:
        """Choose how many steps a round makes: it takes half a given time, or more.

        All rounds make as many. A call of the trainer may take a while to start, as
        Keras' `fit` does, and what a step takes depends on how many share that; so they
        are doubled at least, until there are enough.
        """
        self._count = 1
        while self._count < MOST_AT_ONCE:
            passed = self._round()
            # The first may be cold; no other is this long, unless it was disturbed.
            if self._count == 1 or passed > seconds:
                passed = min(passed, self._round())
            if passed > seconds / 2:
                break
            wanted = round(self._count * AIM * seconds / passed)
            self._count = min(max(wanted, 2 * self._count), MOST_AT_ONCE)

    def step(self) -> float:
        """Seconds that one training step takes, in a round of as many as are settled.

        What a call of the trainer takes to start is spread over them.
        """
        return self._round() / self._count

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

    def _round(self) -> float:
        """The seconds that the steps of a round take.

        All are one call of the trainer, as a user would train, and the first of a
        training: a model that has converged computes with denormal numbers, which some
        processors multiply a hundred times slower.
        """
        self.trainer.restart(self.start)
        self._position = 0
        return self._steps(self._count)

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
