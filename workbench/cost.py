"""What a framework costs, measured beside the others.

The machine is shared with whatever else runs on it, so absolute seconds drift. All
workers are alive at once and are asked in turn, round after round; what is reported is
the median over the rounds, its spread, and the ratio taken round by round.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from .process import Failed, Missing, Worker

ROUND_SECONDS = 0.15
LATENCY_SECONDS = 0.05
BASIS = "pytorch"  # what ratios are taken to

Rounds = dict[str, list[float]]


def spread(values: list[float]) -> dict[str, float] | None:
    """The median and the quartiles around it; nothing for no values."""
    if not values:
        return None
    low, median, high = np.percentile(values, [25, 50, 75])
    return {"median": float(median), "low": float(low), "high": float(high)}


class Measurement:
    """Workers that are timed against each other.

    Attributes
    ----------
    failures : dict
        The reason for each row that could not be timed.
    """

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}
        self._workers: dict[str, Worker] = {}
        self._fixed: dict[str, dict[str, Any]] = {}
        self._steps: Rounds = {}
        self._latencies: Rounds = {}

    def start(
        self,
        key: str,
        framework: str,
        folder: Path,
        *,
        cores: list[int],
        limit_seconds: float,
        **options: Any,
    ) -> None:
        """Start a worker alone, for its import and its first step."""
        try:
            worker = Worker(framework, folder, cores=cores, limit_seconds=limit_seconds)
            self._workers[key] = worker
            first = worker.ask("open", **options)
        except (Failed, Missing) as error:
            self._give_up(key, error)
            return
        self._fixed[key] = {
            "import_seconds": worker.import_seconds,
            "first_step_seconds": first["first_step_seconds"],
        }
        self._steps[key], self._latencies[key] = [], []

    def round(self, number: int) -> None:
        """Time every worker once; each round starts with another one."""
        keys = list(self._fixed)
        shift = number % max(len(keys), 1)
        for key in keys[shift:] + keys[:shift]:
            try:
                worker = self._workers[key]
                steps = worker.ask("time_steps", seconds=ROUND_SECONDS)
                latency = worker.ask("time_predictions", seconds=LATENCY_SECONDS)
                self._fixed[key].update(worker.ask("peak"))
            except Failed as error:
                self._give_up(key, error)
                continue
            self._steps[key].append(steps["seconds"])
            self._latencies[key].append(latency["seconds"])

    def results(self, basis: str | None) -> dict[str, dict[str, Any]]:
        """What is known so far, by row; ratios are to the row `basis`."""
        return {
            key: {
                **fixed,
                "step_seconds": spread(self._steps[key]),
                "step_ratio": spread(self._ratios(key, basis)),
                "latency_seconds": spread(self._latencies[key]),
            }
            for key, fixed in self._fixed.items()
        }

    def stop(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            worker.stop()

    def _ratios(self, key: str, basis: str | None) -> list[float]:
        pairs: Iterable[tuple[float, float]] = zip(
            self._steps[key], self._steps.get(basis or "", []), strict=False
        )
        return [ours / theirs for ours, theirs in pairs]

    def _give_up(self, key: str, error: Exception) -> None:
        self.failures[key] = str(error)
        self._fixed.pop(key, None)
