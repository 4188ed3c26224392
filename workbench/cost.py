"""What a framework costs, measured beside the others.

The machine is shared with whatever else runs on it, so absolute seconds drift. All
workers are alive at once and are asked in turn, round after round, in another order
each time and on the same cores, which need not be as fast as others; what is reported
is the median over the rounds, its spread, and the ratio taken round by round. Import
and first step happen once, in a process that has its cores for itself while another may
start on other cores; what an earlier run has left in a compiler's cache on the disk
shortens the first step.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .candidates import Candidate
from .experiment import Experiment
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
    layer_seconds: Mapping[str, dict[str, float] | None] | None = None


@dataclass
class Timed:
    """A worker under measurement, and what it has answered.

    `first_step_seconds` is known, and `peak_bytes` will be, of workers of one row.
    """

    worker: Worker
    mode: str
    is_its_own: bool
    first_step_seconds: float
    peak_bytes: int | None = None
    layers: dict[str, list[float]] | None = None
    steps: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Time training and prediction once more."""
        ask = self.worker.ask
        step = ask("time_steps", mode=self.mode)
        latency = ask("time_predictions", mode=self.mode, seconds=LATENCY_SECONDS)
        if self.is_its_own:
            self.peak_bytes = ask("peak")["peak_bytes"]
        self.steps.append(step["seconds"])
        self.latencies.append(latency["seconds"])

    def cost(self, theirs: list[float]) -> Cost:
        """What is known; ratios are to the steps of another."""
        cost = Cost(
            step_seconds=spread(self.steps),
            step_ratio=spread(ratios(self.steps, theirs)),
            latency_seconds=spread(self.latencies),
        )
        if not self.is_its_own:
            return cost
        return replace(
            cost,
            first_step_seconds=self.first_step_seconds,
            import_seconds=self.worker.import_seconds,
            peak_bytes=self.peak_bytes,
            layer_seconds={n: spread(rounds) for n, rounds in self.layers.items()}
            if self.layers
            else None,
        )


class Measurement:
    """Workers that are timed against each other, on one experiment.

    Parameters
    ----------
    experiment : Experiment
    cores : list of int
        Where they are timed.

    Attributes
    ----------
    failures : dict
        For each row that could not be timed, or its layers could not, the reason.
    """

    def __init__(self, experiment: Experiment, cores: list[int]) -> None:
        self.failures: dict[str, str] = {}
        self._experiment, self._cores = experiment, cores
        self._timed: dict[str, Timed] = {}
        self._own: list[Worker] = []
        self._guests: list[tuple[Worker, list[int]]] = []

    def start(
        self, row: Candidate, worker: Worker, inputs: str, home: list[int] | None = None
    ) -> Timed:
        """A worker that is ready to be timed; several may start at once.

        Parameters
        ----------
        home
            The cores of one that others use, too. Any other has just begun, and ends
            with the measurement.

        Raises
        ------
        Failed
        """
        if home is None:
            self._own.append(worker)
        else:
            self._guests.append((worker, home))
        options = self._experiment.options(row.mode)
        first = worker.ask("open", inputs=inputs, seconds=ROUND_SECONDS, **options)
        worker.ask("move", cores=self._cores)
        seconds = first["first_step_seconds"]
        return Timed(worker, row.mode, home is None, seconds)

    def add(self, row: Candidate, found: Timed | str) -> None:
        """Time a row in every round from now on; or keep why it cannot be timed."""
        if isinstance(found, Timed):
            self._timed[row.key] = found
        else:
            self.failures[row.key] = f"not timed: {found}"

    def round(self, number: int) -> None:
        """Time every worker once, in an order of this round's own."""
        keys = sorted(self._timed)
        random.Random(number).shuffle(keys)
        for key in keys:
            try:
                self._timed[key].measure()
            except Failed as error:
                self._drop(key, str(error))

    def check(self) -> None:
        """Take away whoever did not train while it was timed."""
        for key, timed in list(self._timed.items()):
            try:
                answer = timed.worker.ask("has_trained", mode=timed.mode)
                trouble = None if answer["has_trained"] else "its steps change nothing"
            except Failed as error:
                trouble = str(error)
            if trouble:
                self._drop(key, trouble)

    def send_home(self) -> None:
        """Let workers that others use go back to their own cores."""
        for worker, home in self._guests:
            with contextlib.suppress(Failed):  # it has been ended, then
                worker.ask("move", cores=home)

    def is_timed(self, row: Candidate) -> bool:
        """Whether a row has been timed, and its worker is well."""
        return row.key in self._timed

    def time_layers(self, row: Candidate, inputs: str, rounds: int) -> None:
        """Time a model layer by layer, op by op; the last thing that is measured."""
        timed, options = self._timed[row.key], self._experiment.options(row.mode)
        try:
            answer = timed.worker.ask("layers", inputs=inputs, rounds=rounds, **options)
        except Failed as error:
            # What was measured before is kept.
            self.failures[row.key] = f"layers not timed: {error}"
        else:
            timed.layers = answer["layers"]

    def costs(self, basis: str | None) -> dict[str, Cost]:
        """What is known so far, by row; ratios are to the row `basis`."""
        theirs = self._timed[basis].steps if basis in self._timed else []
        return {key: timed.cost(theirs) for key, timed in self._timed.items()}

    def stop(self) -> None:
        """End the workers that are rows' own, and let others go on meanwhile.

        It takes a while until a process has given back its memory.
        """
        for worker in self._own:
            threading.Thread(target=worker.stop).start()

    def _drop(self, key: str, reason: str) -> None:
        """Time a row no more."""
        self.failures[key] = f"not timed: {reason}"
        del self._timed[key]
