"""Compare frameworks on one experiment: prove equality, then measure cost.

The result is a document of plain data: the experiment, the machine, and a row for each
framework and mode. Everything else (the terminal, the database, the report, the book)
is made from it.
"""

from __future__ import annotations

import queue
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from adapters.contract import FRAMEWORKS, MODELS, MODES, Arrays

from . import equality, machine
from .cost import BASIS, Measurement
from .errors import UserError, unknown
from .experiment import SNAPSHOTS, Experiment
from .process import Failed, Missing, Worker

DTYPES = ("float64", "float32")
ROUNDS = 12
LIMIT_SECONDS = 120.0

Row = dict[str, Any]
Progress = Callable[[str, int, int], None]
"""Called with what was just finished, how many parts are done, and of how many."""


class Interrupted(Exception):
    """The user stopped a comparison; `document` holds the rows that were finished."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__("interrupted")
        self.document = document


@dataclass
class Candidate:
    """A framework in a mode, and what is known of it so far."""

    framework: str
    mode: str
    versions: dict[str, str] = field(default_factory=dict)
    results: dict[str, Arrays] = field(default_factory=dict)
    status: str | None = None
    reason: str | None = None
    verdicts: dict[str, equality.Verdict] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A name for the row."""
        return f"{self.framework} ({self.mode})"


def candidates(frameworks: Sequence[str], modes: str) -> list[Candidate]:
    """The rows of a comparison.

    Parameters
    ----------
    modes : str
        "default" for the first mode of each framework, "all", or the name of one.

    Raises
    ------
    UserError
        If there is no such framework or mode.
    """
    for name in frameworks:
        if name not in MODES:
            raise unknown("framework", name, FRAMEWORKS)
    known = {mode for all_modes in MODES.values() for mode in all_modes}
    if modes not in {"default", "all", *known}:
        raise unknown("mode", modes, ["default", "all", *sorted(known)])
    found = [
        Candidate(framework, mode)
        for framework in dict.fromkeys(frameworks)
        for mode in MODES[framework]
        if modes in ("all", mode)
        or (modes == "default" and mode == MODES[framework][0])
    ]
    if not found:
        raise UserError(f"none of {', '.join(frameworks)} has a mode {modes!r}")
    return found


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
        `schema`, `experiment`, `machine`, `basis` of the ratios, `rows`.

    Raises
    ------
    UserError
        Before anything is started, if the request has no meaning.
    Interrupted
        If the user stops it; what was finished comes with the exception.
    """
    available = machine.cores()
    if experiment.threads > len(available):
        raise UserError(
            f"threads must be at most the {len(available)} cores that there are, "
            f"{experiment.threads} came"
        )
    rows = candidates(frameworks, modes)
    total = len(rows) * (2 if measure else 1) + (rounds if measure else 0)
    done = 0

    def advance(what: str) -> None:
        nonlocal done
        done += 1
        progress(what, done, total)

    measurement = Measurement()
    with tempfile.TemporaryDirectory(prefix="mapping-") as name:
        folder = Path(name)
        for dtype in DTYPES:
            _write(folder / f"{dtype}.npz", experiment.inputs(dtype))
        try:
            _check_all(rows, experiment, folder, available, limit_seconds, advance)
            judge(rows, experiment)
            keep(_document(experiment, rows, measurement))
            if measure:
                chosen = [c for c in rows if _worth_timing(c, even_if_different)]
                _time_all(
                    chosen,
                    experiment,
                    folder,
                    measurement,
                    rounds,
                    limit_seconds,
                    advance,
                )
        except KeyboardInterrupt:
            judge(rows, experiment)
            raise Interrupted(_document(experiment, rows, measurement)) from None
        finally:
            measurement.stop()
    document = _document(experiment, rows, measurement)
    keep(document)
    return document


def _write(path: Path, arrays: Arrays) -> None:
    np.savez(path, allow_pickle=False, **arrays)


def _worth_timing(candidate: Candidate, even_if_different: bool) -> bool:
    return candidate.status == "equal" or (
        even_if_different and candidate.status == "different"
    )


def _check_all(
    rows: list[Candidate],
    experiment: Experiment,
    folder: Path,
    available: list[int],
    limit_seconds: float,
    advance: Callable[[str], None],
) -> None:
    """Ask every framework for its results, as many at once as there are cores."""
    slots: queue.Queue[list[int]] = queue.Queue()
    threads = experiment.threads
    for start in range(0, len(available) - threads + 1, threads):
        slots.put(available[start : start + threads])
    alive: list[Worker] = []

    def check(candidate: Candidate) -> None:
        cores = slots.get()
        try:
            worker = Worker(
                candidate.framework, folder, cores=cores, limit_seconds=limit_seconds
            )
            alive.append(worker)
            with worker:
                _check(candidate, experiment, folder, worker)
        except Missing as error:
            candidate.status, candidate.reason = "missing", str(error)
        except Failed as error:
            candidate.status, candidate.reason = "failed", str(error)
        finally:
            slots.put(cores)

    pool = ThreadPoolExecutor(max_workers=slots.qsize())
    try:
        futures: dict[Future[None], Candidate] = {
            pool.submit(check, candidate): candidate for candidate in rows
        }
        for future in as_completed(futures):
            future.result()
            advance(f"checked {futures[future].key}")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in alive:
            worker.stop()


def _check(
    candidate: Candidate, experiment: Experiment, folder: Path, worker: Worker
) -> None:
    candidate.versions = worker.versions
    model = MODELS[experiment.model]
    for dtype in DTYPES:
        output = folder / f"{candidate.framework}-{candidate.mode}-{dtype}.npz"
        worker.ask(
            "check",
            inputs=str(folder / f"{dtype}.npz"),
            output=str(output),
            snapshots=SNAPSHOTS,
            model=experiment.model,
            mode=candidate.mode,
            lr=experiment.lr,
            momentum=experiment.momentum,
        )
        with np.load(output, allow_pickle=False) as file:
            results = dict(file)
        trouble = equality.not_finite(results)
        if trouble:
            raise Failed(f"{dtype}: {trouble}")
        wrong = equality.misshapen(results, model, dtype)
        if wrong:
            candidate.status, candidate.reason = "different", f"{dtype}: {wrong}"
            return
        candidate.results[dtype] = results


def judge(rows: list[Candidate], experiment: Experiment) -> None:
    """Give every candidate that has results its status and, if needed, a reason."""
    complete = [c for c in rows if c.status is None and len(c.results) == len(DTYPES)]
    if not complete:
        return
    model = MODELS[experiment.model]
    exact = {c.key: c.results["float64"] for c in complete}
    single = {c.key: c.results["float32"] for c in complete}
    direction = equality.under("direction", experiment.inputs("float64"))
    truth = equality.yardstick(exact, direction)
    for c in complete:
        for dtype in DTYPES:
            c.verdicts[dtype] = equality.verdict(c.results[dtype], truth, model, dtype)
        reasons = [verdict.reason for verdict in c.verdicts.values()]
        slope = equality.slope_disagrees(exact[c.key], direction)
        outlier = equality.outlier(c.key, single, truth)
        found = [r for r in (reasons[0], slope, reasons[1], outlier) if r]
        c.status = "different" if found else "equal"
        c.reason = "; ".join(found) or (
            "nothing to compare with; its gradient agrees with differences of its loss"
            if len(complete) == 1
            else None
        )


def _time_all(
    rows: list[Candidate],
    experiment: Experiment,
    folder: Path,
    measurement: Measurement,
    rounds: int,
    limit_seconds: float,
    advance: Callable[[str], None],
) -> None:
    cores = machine.cores()[-experiment.threads :]
    for c in rows:
        measurement.start(
            c.key,
            c.framework,
            folder,
            cores=cores,
            limit_seconds=limit_seconds,
            inputs=str(folder / "float32.npz"),
            model=experiment.model,
            mode=c.mode,
            momentum=experiment.momentum,
        )
        advance(f"started {c.key}")
    for number in range(rounds):
        measurement.round(number)
        advance(f"round {number + 1} of {rounds}")


def _document(
    experiment: Experiment, rows: list[Candidate], measurement: Measurement
) -> dict[str, Any]:
    basis = next((c.key for c in rows if c.framework == BASIS), None)
    costs = measurement.results(basis)
    for c in rows:
        if c.key in measurement.failures:
            c.status, c.reason = "failed", measurement.failures[c.key]
    return {
        "schema": 1,
        "experiment": experiment.as_json(),
        "machine": machine.description(),
        "basis": basis,
        "rows": [
            _row(c, experiment, costs.get(c.key, {}))
            for c in rows
            if c.status is not None
        ],
    }


def _row(c: Candidate, experiment: Experiment, cost: dict[str, Any]) -> Row:
    exact, single = c.verdicts.get("float64"), c.verdicts.get("float32")
    results = c.results.get("float32")
    nothing = {"forward_error": None, "gradient_error": None, "trajectory_error": None}
    return {
        "framework": c.framework,
        "mode": c.mode,
        "status": c.status,
        "reason": c.reason,
        **(exact.as_json() if exact else nothing),
        "float32": single.as_json() if single else nothing,
        "losses": results["losses"].tolist() if results else None,
        "metric": _metric(results, experiment),
        "step_seconds": cost.get("step_seconds"),
        "step_ratio": cost.get("step_ratio"),
        "latency_seconds": cost.get("latency_seconds"),
        "first_step_seconds": cost.get("first_step_seconds"),
        "import_seconds": cost.get("import_seconds"),
        "peak_bytes": cost.get("peak_bytes"),
        "versions": c.versions,
    }


def _metric(results: Arrays | None, experiment: Experiment) -> dict[str, Any] | None:
    if results is None:
        return None
    return experiment.metric(results["prediction"], experiment.data().test_y)
