"""Compare frameworks on one experiment: prove equality, then measure cost."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .candidates import Candidate, candidates, judge
from .checking import Bench, check_all
from .cost import Measurement
from .document import basis, document
from .errors import UserError
from .experiment import Experiment
from .laboratory import Laboratory
from .process import Failed, Missing
from .request import Request

USUAL = Request()

Progress = Callable[[str, int, int], None]
"""Called with what was just finished, how many parts are done, and of how many."""


class Interrupted(Exception):
    """The user stopped a comparison; `document` holds the rows that were finished."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__("interrupted")
        self.document = document


def compare(
    experiment: Experiment,
    request: Request = USUAL,
    *,
    laboratory: Laboratory | None = None,
    progress: Progress = lambda what, done, total: None,
    keep: Callable[[dict[str, Any]], None] = lambda document: None,
) -> dict[str, Any]:
    """Run an experiment on several frameworks.

    Parameters
    ----------
    laboratory : Laboratory, optional
        Where other experiments have been; without one the workers are all new.
    progress : function
        Called whenever a part is done.
    keep : function
        Called with the document each time that there is more in it.

    Returns
    -------
    dict
        `schema`, `experiment`, `machine`, `request`, `basis`, `rows`; see
        `workbench.document`.

    Raises
    ------
    UserError
        Before anything is started, if the request has no meaning.
    Interrupted
        If the user stops it; what was finished comes with the exception.
    """
    rows = candidates(request.frameworks, request.modes)
    measurement = Measurement(experiment)

    def known() -> dict[str, Any]:
        costs = measurement.costs(basis(rows))
        return document(experiment, request, rows, costs, measurement.failures)

    with ExitStack() as stack:
        if laboratory is None:
            laboratory = stack.enter_context(
                Laboratory(limit_seconds=request.limit_seconds)
            )
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(dir=laboratory.folder, prefix=experiment.id)
        )
        bench = Bench(experiment, laboratory, Path(folder), request.patience_seconds)
        _check_cores(experiment, laboratory)
        bench.lay_out()
        stack.callback(measurement.stop)
        advance = _counter(progress, parts(request))
        try:
            check_all(rows, bench, advance)
            judge(rows, experiment)
            keep(known())
            if request.measure:
                worth = (
                    ("equal", "different") if request.even_if_different else ("equal",)
                )
                chosen = [c for c in rows if c.status in worth]
                _time_all(chosen, bench, measurement, request, advance)
        except KeyboardInterrupt:
            judge(rows, experiment)
            raise Interrupted(known()) from None
        keep(known())
        return known()


def parts(request: Request) -> int:
    """How many parts a comparison has, each of which moves its progress on."""
    rows = len(candidates(request.frameworks, request.modes))
    frameworks = 0 if request.is_quick else len(request.frameworks)
    return rows + (rows + request.rounds + frameworks if request.measure else 0)


def _check_cores(experiment: Experiment, laboratory: Laboratory) -> None:
    there = len(laboratory.cores)
    if experiment.threads > there:
        raise UserError(
            f"threads must be at most the {there} cores that there are, "
            f"{experiment.threads} came"
        )


def _counter(progress: Progress, total: int) -> Callable[[str], None]:
    """A function that reports one more part as done."""
    done = 0

    def advance(what: str) -> None:
        nonlocal done
        done = min(done + 1, total)
        progress(what, done, total)

    return advance


def _time_all(
    rows: Sequence[Candidate],
    bench: Bench,
    measurement: Measurement,
    request: Request,
    advance: Callable[[str], None],
) -> None:
    """Start one worker after another, then time them in turns on the same cores."""
    laboratory, cores = bench.laboratory, bench.slots[-1]
    inputs = bench.inputs("float32")
    for c in rows:
        try:
            if request.is_quick:
                worker = laboratory.shared(c.framework, cores)
            else:
                worker = laboratory.worker(c.framework, cores)
        except (Failed, Missing) as error:
            measurement.failures[c.key] = str(error)
        else:
            measurement.start(c, worker, inputs, is_its_own=not request.is_quick)
        advance(f"started {c.key}")
    for number in range(request.rounds):
        measurement.round(number)
        advance(f"round {number + 1} of {request.rounds}")
    measurement.check()
    if request.is_quick:
        return
    # Layers run op by op whatever the mode is: one mode of each framework is enough.
    timed = [c for c in rows if measurement.is_timed(c)]
    for c in {c.framework: c for c in reversed(timed)}.values():
        measurement.time_layers(c, inputs, request.rounds)
        advance(f"timed layers of {c.framework}")
