"""Compare frameworks on one experiment: prove equality, then measure cost."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from . import machine
from .candidates import Candidate, candidates
from .checking import Bench, check_all, check_with_noise
from .cost import Measurement, Timed
from .document import basis, document
from .errors import UserError
from .experiment import DTYPES, Experiment
from .judging import judge
from .laboratory import Laboratory, share_out
from .process import Failed, Missing
from .request import Request
from .rows import PASSED
from .units import BYTES, quantity

USUAL = Request()
NOISE_COPIES = 8  # here and in workers, in two dtypes

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
        `schema`, `experiment`, `machine`, `request`, `basis`, `is_complete`, `rows`;
        see `workbench.document` and `workbench.rows.Row`.

    Raises
    ------
    UserError
        Before anything is started, if the request has no meaning.
    Interrupted
        If the user stops it; what was finished comes with the exception.
    """
    check([experiment], request)
    rows = candidates(request.frameworks, request.modes)

    def known(*, is_complete: bool = False) -> dict[str, Any]:
        return document(
            experiment,
            request,
            rows,
            costs=measurement.costs(basis(rows)),
            failures=measurement.failures,
            is_complete=is_complete,
        )

    with ExitStack() as stack:
        if laboratory is None:
            laboratory = stack.enter_context(
                Laboratory(limit_seconds=request.limit_seconds)
            )
        measurement = Measurement(experiment, laboratory.slots(experiment.threads)[-1])
        stack.callback(measurement.stop)  # the last: what ends then takes the cores
        folder = stack.enter_context(
            # An interrupted one may have workers that still write to it.
            tempfile.TemporaryDirectory(
                dir=laboratory.folder,
                prefix=experiment.id,
                ignore_cleanup_errors=True,
            )
        )
        bench = Bench(experiment, laboratory, Path(folder), request.patience_seconds)
        bench.lay_out()
        counter = Counter(progress, parts(request))
        try:
            check_all(rows, bench, counter.advance)
            if doubtful := judge(rows, experiment):
                counter.total += len(doubtful)
                check_with_noise(doubtful, bench, counter.advance)
                judge(rows, experiment)
            keep(known())
            chosen = worth_timing(rows, request)
            counter.total = _parts(rows, chosen, request) + len(doubtful)
            counter.advance("judged")
            _time_all(chosen, bench, measurement, request, counter.advance)
        except KeyboardInterrupt as interrupt:
            judge(rows, experiment)
            raise Interrupted(known()) from interrupt
        whole = known(is_complete=True)
        keep(whole)
        return whole


def parts(request: Request) -> int:
    """How many parts a comparison has, if every row turns out to be worth timing."""
    rows = candidates(request.frameworks, request.modes)
    return _parts(rows, rows if request.measure else [], request)


def check(experiments: Sequence[Experiment], request: Request) -> None:
    """Refuse a request that has no meaning, before anything is started.

    Raises
    ------
    UserError
    """
    candidates(request.frameworks, request.modes)
    there = len(machine.cores())
    for one in experiments:
        needed, memory = one.noise_bytes, machine.memory_bytes()
        if needed > memory / NOISE_COPIES:
            raise UserError(
                f"{one.model}: {one.steps} steps of {one.batch} samples need "
                f"{NOISE_COPIES} times {quantity(needed, BYTES)} for random numbers, "
                f"{quantity(memory, BYTES)} of memory are there"
            )
        if one.threads > there:
            raise UserError(
                f"threads must be at most the {there} cores that there are, "
                f"{one.threads} came"
            )


def worth_timing(rows: Sequence[Candidate], request: Request) -> list[Candidate]:
    """The rows whose cost is measured: what passes, or differs for a known cause."""
    worth = {*PASSED, *(["different"] if request.even_if_different else [])}
    return [c for c in rows if request.measure and (c.status in worth or c.cause)]


def _parts(
    rows: Sequence[Candidate], timed: Sequence[Candidate], request: Request
) -> int:
    """How often progress moves on: what is checked, the judgement, what is timed."""
    checked = len(rows) * len(DTYPES) + 1
    if not timed:
        return checked
    layers = 0 if request.is_quick else len({c.framework for c in timed})
    return checked + len(timed) + request.rounds + layers


class Counter:
    """Counts parts as done; `total` changes when more is known of what is to come."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.total = total
        self._progress, self._done = progress, 0

    def advance(self, what: str) -> None:
        """Report one more part as done."""
        self._done += 1
        self._progress(what, self._done, self.total)


def _time_all(
    rows: Sequence[Candidate],
    bench: Bench,
    measurement: Measurement,
    request: Request,
    advance: Callable[[str], None],
) -> None:
    """Start all workers, as many at once as there are slots; then time them in turns.

    A quick comparison times those that have checked the rows.
    """
    if not rows:
        return

    def start(c: Candidate, cores: list[int]) -> Timed | str:
        return _started(c, cores, bench, measurement, is_quick=request.is_quick)

    def done(c: Candidate, found: Timed | str) -> None:
        measurement.add(c, found)
        advance(f"started {c.key}")

    # Rows that share a worker cannot ask it two things at once.
    slots = bench.slots[:1] if request.is_quick else bench.slots
    share_out(rows[::-1], slots, start, done)
    for number in range(request.rounds):
        measurement.round(number)
        advance(f"round {number + 1} of {request.rounds}")
    measurement.check()
    if request.is_quick:
        measurement.send_home()
        return
    for framework in dict.fromkeys(c.framework for c in rows):
        # Layers run op by op whatever the mode is: one mode is enough.
        of_it = [c for c in rows if c.framework == framework]
        timed = [c for c in of_it if measurement.is_timed(c)]
        if timed:
            inputs = bench.inputs("float32")
            measurement.time_layers(timed[0], inputs, request.rounds)
        advance(f"timed layers of {framework}")


def _started(
    row: Candidate,
    cores: list[int],
    bench: Bench,
    measurement: Measurement,
    *,
    is_quick: bool,
) -> Timed | str:
    """What is ready to be timed, or why nothing is."""
    laboratory, inputs = bench.laboratory, bench.inputs("float32")
    try:
        if is_quick:
            worker = laboratory.shared(row.framework, row.cores)
            return measurement.start(row, worker, inputs, home=row.cores)
        worker = laboratory.worker(row.framework, cores)
        return measurement.start(row, worker, inputs)
    except (Failed, Missing) as error:
        return str(error)
