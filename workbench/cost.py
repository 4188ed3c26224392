"""What a framework costs, measured beside the others.

The machine is shared with whatever else runs on it, so absolute seconds drift. All
workers are alive at once and are asked in turn, round after round, in another order
each time; what is reported is the median over the rounds, its spread, and the ratio
taken round by round. Import and first step happen once, in a process that runs alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .process import Failed, Worker

ROUND_SECONDS = 0.15
LATENCY_SECONDS = 0.05
BASIS = "pytorch"  # what ratios are taken to


def spread(values: list[float]) -> dict[str, float] | None:
    """The median and the quartiles around it; nothing for no values."""
    if not values:
        return None
    low, median, high = np.percentile(values, [25, 50, 75])
    return {"median": float(median), "low": float(low), "high": float(high)}


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    """Quotients round by round, as far as both have been timed."""
    return [a / b for a, b in zip(ours, theirs, strict=False)]


@dataclass(frozen=True)
class Cost:
    """What one row costs; spreads are dicts of `median`, `low` and `high`."""

    step_seconds: dict[str, float] | None = None
    step_ratio: dict[str, float] | None = None
    latency_seconds: dict[str, float] | None = None
    first_step_seconds: float | None = None
    import_seconds: float | None = None
    peak_bytes: int | None = None


@dataclass
class Timed:
    """A worker under measurement, and what it has answered."""

    worker: Worker
    first_step_seconds: float
    peak_bytes: int | None = None
    steps: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


class Measurement:
    """Workers that are timed against each other.

    Attributes
    ----------
    failures : dict
        The reason for each row that could not be timed.
    """

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}
        self._timed: dict[str, Timed] = {}
        self._started: list[Worker] = []

    def start(self, key: str, worker: Worker, **options: Any) -> None:
        """Take over a worker that has just begun: its first step runs alone."""
        self._started.append(worker)
        try:
            first = worker.ask("open", **options)
        except Failed as error:
            self.failures[key] = str(error)
        else:
            self._timed[key] = Timed(worker, first["first_step_seconds"])

    def round(self, number: int) -> None:
        """Time every worker once, in an order of this round's own."""
        keys = list(self._timed)
        random.Random(number).shuffle(keys)
        for key in keys:
            timed = self._timed[key]
            try:
                step = timed.worker.ask("time_steps", seconds=ROUND_SECONDS)
                latency = timed.worker.ask("time_predictions", seconds=LATENCY_SECONDS)
                timed.peak_bytes = timed.worker.ask("peak")["peak_bytes"]
            except Failed as error:
                self.failures[key] = str(error)
                del self._timed[key]
                continue
            timed.steps.append(step["seconds"])
            timed.latencies.append(latency["seconds"])

    def costs(self, basis: str | None) -> dict[str, Cost]:
        """What is known so far, by row; ratios are to the row `basis`."""
        theirs = self._timed[basis].steps if basis in self._timed else []
        return {
            key: Cost(
                step_seconds=spread(timed.steps),
                step_ratio=spread(ratios(timed.steps, theirs)),
                latency_seconds=spread(timed.latencies),
                first_step_seconds=timed.first_step_seconds,
                import_seconds=timed.worker.import_seconds,
                peak_bytes=timed.peak_bytes,
            )
            for key, timed in self._timed.items()
        }

    def stop(self) -> None:
        """End all workers."""
        for worker in self._started:
            worker.stop()
