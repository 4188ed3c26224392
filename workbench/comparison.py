"""Compare frameworks on one experiment: prove equality, then measure cost."""

from __future__ import annotations

import queue
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adapters.contract import FRAMEWORKS, Arrays

from . import equality, machine
from .candidates import Candidate, candidates, judge
from .cost import Measurement
from .document import basis, document
from .errors import UserError
from .experiment import DTYPES, Experiment
from .process import Failed, Missing, Worker

ROUNDS = 12
LIMIT_SECONDS = 120.0

Progress = Callable[[str, int, int], None]
"""Called with what was just finished, how many parts are done, and of how many."""


class Interrupted(Exception):
    """The user stopped a comparison; `document` holds the rows that were finished."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__("interrupted")
        self.document = document


@dataclass(frozen=True)
class Laboratory:
    """Where workers run: a folder for their arrays, cores, and their patience."""

    experiment: Experiment
    folder: Path
    cores: list[int]
    limit_seconds: float

    def inputs(self, dtype: str) -> Path:
        """The file with everything that crosses to a framework."""
        return self.folder / f"{dtype}.npz"

    def worker(self, framework: str, cores: list[int]) -> Worker:
        """A new process for a framework, on some of the cores."""
        return Worker(
            framework, self.folder, cores=cores, limit_seconds=self.limit_seconds
        )


def compare(
    experiment: Experiment,
    *,
    frameworks: Sequence[str] = FRAMEWORKS,
    modes: str = "default",
    measure: bool = True,
    even_if_different: bool = False,
    rounds: int = ROUNDS,
    limit_seconds: float = LIMIT_SECONDS,
    progress: Progress = lambda what, done, total: None,
    keep: Callable[[dict[str, Any]], None] = lambda document: None,
) -> dict[str, Any]:
    """Run an experiment on several frameworks.

    Parameters
    ----------
    measure : bool
        Whether to measure cost as well.
    even_if_different : bool
        Whether to measure the cost of frameworks that are not equal, too.
    rounds : int
        How often each framework is timed.
    limit_seconds : float
        How long one answer of a worker may take.
    progress : function
        Called whenever a part is done.
    keep : function
        Called with the document each time that there is more in it.

    Returns
    -------
    dict
        `schema`, `experiment`, `machine`, `basis`, `rows`; see `workbench.document`.

    Raises
    ------
    UserError
        Before anything is started, if the request has no meaning.
    Interrupted
        If the user stops it; what was finished comes with the exception.
    """
    rows = candidates(frameworks, modes)
    cores = _enough_cores(experiment.threads)
    advance = _counter(progress, len(rows) * (1 + measure) + rounds * measure)
    measurement = Measurement()

    def known() -> dict[str, Any]:
        costs = measurement.costs(basis(rows))
        return document(experiment, rows, costs, measurement.failures)

    with tempfile.TemporaryDirectory(prefix="mapping-") as folder:
        laboratory = Laboratory(experiment, Path(folder), cores, limit_seconds)
        for dtype in DTYPES:
            _write(laboratory.inputs(dtype), experiment.inputs(dtype))
        try:
            _check_all(rows, laboratory, advance)
            judge(rows, experiment)
            keep(known())
            if measure:
                worth = ("equal", "different") if even_if_different else ("equal",)
                chosen = [c for c in rows if c.status in worth]
                _time_all(chosen, laboratory, measurement, rounds, advance)
        except KeyboardInterrupt:
            judge(rows, experiment)
            raise Interrupted(known()) from None
        finally:
            measurement.stop()
    keep(known())
    return known()


def _enough_cores(threads: int) -> list[int]:
    cores = machine.cores()
    if threads > len(cores):
        raise UserError(
            f"threads must be at most the {len(cores)} cores that there are, "
            f"{threads} came"
        )
    return cores


def _counter(progress: Progress, total: int) -> Callable[[str], None]:
    """A function that reports one more part as done."""
    done = 0

    def advance(what: str) -> None:
        nonlocal done
        done = min(done + 1, total)
        progress(what, done, total)

    return advance


def _write(path: Path, arrays: Arrays) -> None:
    np.savez(path, allow_pickle=False, **arrays)


def _check_all(
    rows: Sequence[Candidate], laboratory: Laboratory, advance: Callable[[str], None]
) -> None:
    """Ask every framework for its results, as many at once as there are cores."""
    threads = laboratory.experiment.threads
    slots: queue.Queue[list[int]] = queue.Queue()
    for start in range(0, len(laboratory.cores) - threads + 1, threads):
        slots.put(laboratory.cores[start : start + threads])
    alive: list[Worker] = []

    def check(candidate: Candidate) -> str:
        cores = slots.get()
        try:
            with laboratory.worker(candidate.framework, cores) as worker:
                alive.append(worker)
                _check(candidate, laboratory, worker)
        except Missing as error:
            candidate.status, candidate.reason = "missing", str(error)
        except Failed as error:
            candidate.status, candidate.reason = "failed", str(error)
        finally:
            slots.put(cores)
        return candidate.key

    pool = ThreadPoolExecutor(max_workers=slots.qsize())
    try:
        for future in as_completed([pool.submit(check, c) for c in rows]):
            advance(f"checked {future.result()}")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in alive:
            worker.stop()


def _check(candidate: Candidate, laboratory: Laboratory, worker: Worker) -> None:
    experiment = laboratory.experiment
    candidate.versions = worker.versions
    results = {}
    for dtype in DTYPES:
        output = (
            laboratory.folder / f"{candidate.framework}-{candidate.mode}-{dtype}.npz"
        )
        worker.ask(
            "check",
            inputs=str(laboratory.inputs(dtype)),
            output=str(output),
            snapshots=experiment.snapshots,
            with_slope=dtype == "float64",
            noise_runs=equality.NOISE_RUNS if dtype == "float32" else 0,
            model=experiment.model,
            mode=candidate.mode,
            lr=experiment.lr,
            momentum=experiment.momentum,
        )
        with np.load(output, allow_pickle=False) as file:
            results[dtype] = dict(file)
        trouble = equality.not_finite(results[dtype], in_training=False)
        if trouble:
            raise Failed(f"{dtype}: {trouble}")
        trouble = equality.not_finite(results[dtype], in_training=True)
        if trouble and candidate.trouble is None:
            candidate.trouble = f"{dtype}: {trouble}"
        wrong = equality.misshapen(results[dtype], experiment.shapes(dtype), dtype)
        if wrong:
            candidate.status, candidate.reason = "different", f"{dtype}: {wrong}"
            return
    candidate.results = results


def _time_all(
    rows: Sequence[Candidate],
    laboratory: Laboratory,
    measurement: Measurement,
    rounds: int,
    advance: Callable[[str], None],
) -> None:
    """Start one worker after another, then time them in turns on the same cores."""
    experiment = laboratory.experiment
    cores = laboratory.cores[-experiment.threads :]
    for c in rows:
        try:
            worker = laboratory.worker(c.framework, cores)
        except (Failed, Missing) as error:
            measurement.failures[c.key] = str(error)
        else:
            measurement.start(
                c.key,
                worker,
                inputs=str(laboratory.inputs("float32")),
                model=experiment.model,
                mode=c.mode,
                momentum=experiment.momentum,
            )
        advance(f"started {c.key}")
    for number in range(rounds):
        measurement.round(number)
        advance(f"round {number + 1} of {rounds}")
