"""Ask every framework for its results: forward, backward, and a whole training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from adapters.contract import Arrays

from . import sanity
from .candidates import Candidate
from .experiment import DTYPES, NOISE_RUNS, Experiment
from .laboratory import Laboratory, share_out
from .process import Failed, Missing, Worker, written


@dataclass(frozen=True)
class Bench:
    """An experiment as it lies before the workers: its inputs are files in a folder."""

    experiment: Experiment
    laboratory: Laboratory
    folder: Path
    patience_seconds: float

    def inputs(self, dtype: str) -> str:
        """The file with everything that crosses to a framework."""
        return str(self.folder / f"{dtype}.npz")

    def lay_out(self) -> None:
        """Write the inputs."""
        for dtype in DTYPES:
            arrays = self.experiment.inputs(dtype)
            np.savez(self.inputs(dtype), allow_pickle=False, **arrays)

    @property
    def slots(self) -> list[list[int]]:
        """The cores in groups of as many as the experiment has threads."""
        return self.laboratory.slots(self.experiment.threads)


class Task(NamedTuple):
    """A row in one dtype; several of a row may be worked on at once."""

    candidate: Candidate
    dtype: str


@dataclass
class Answer:
    """What came of a task: results, or a status that says why there are none."""

    cores: list[int]
    versions: dict[str, str] = field(default_factory=dict)
    results: Arrays = field(default_factory=dict)
    trouble: str | None = None
    """What is not a finite number in its training."""
    status: str | None = None
    reason: str | None = None


def check_all(
    rows: Sequence[Candidate], bench: Bench, advance: Callable[[str], None]
) -> None:
    """Give every candidate its results, as many tasks at once as there are slots."""
    answers: dict[str, dict[str, Answer]] = {c.key: {} for c in rows}

    def work(task: Task, cores: list[int]) -> Answer:
        return _answer(task, bench, cores)

    def choose(waiting: Sequence[Task], cores: list[int]) -> Task:
        if waiting[0].candidate is rows[-1]:
            return waiting[0]  # worth loading its framework on every core
        return _suitable(waiting, bench.laboratory, cores)

    def done(task: Task, answer: Answer) -> None:
        candidate, of_it = task.candidate, answers[task.candidate.key]
        of_it[task.dtype] = answer
        if len(of_it) == len(DTYPES):
            _fill(candidate, of_it)
        advance(f"checked {candidate.key} in {task.dtype}")

    # The last compile longest: they begin, so that no core waits for them at the end.
    tasks = [Task(candidate, dtype) for candidate in rows[::-1] for dtype in DTYPES]
    share_out(tasks, bench.slots, work, done, choose=choose)


def check_with_noise(
    rows: Sequence[Candidate], bench: Bench, advance: Callable[[str], None]
) -> None:
    """Ask candidates for float32 once more, and for trainings one rounding off.

    Where that fails, what is known already counts.
    """
    for candidate in rows:
        candidate.measures_noise = True

    def work(task: Task, cores: list[int]) -> Answer:
        return _answer(task, bench, cores)

    def done(task: Task, answer: Answer) -> None:
        candidate = task.candidate
        if answer.status is None:
            candidate.results["float32"] = answer.results
            candidate.trouble = candidate.trouble or answer.trouble
        else:
            candidate.lack_of_noise = answer.reason
        advance(f"checked {candidate.key} from values one rounding off")

    share_out([Task(c, "float32") for c in rows], bench.slots, work, done)


def _suitable(
    waiting: Sequence[Task], laboratory: Laboratory, cores: list[int]
) -> Task:
    """One whose framework has been loaded on these cores; else, on no others."""

    def foreign(task: Task) -> tuple[bool, bool]:
        places = laboratory.places(task.candidate.framework)
        return tuple(cores) not in places, bool(places)

    return min(waiting, key=foreign)


def _fill(candidate: Candidate, answers: Mapping[str, Answer]) -> None:
    """Tell a candidate what came in each dtype: all results, or the first status."""
    candidate.versions = answers["float32"].versions
    candidate.cores = answers["float32"].cores
    in_order = [answers[dtype] for dtype in DTYPES]
    candidate.trouble = next((a.trouble for a in in_order if a.trouble), None)
    for answer in in_order:
        if answer.status is not None:
            candidate.status, candidate.reason = answer.status, answer.reason
            return
    candidate.results = {dtype: answers[dtype].results for dtype in DTYPES}


def _answer(task: Task, bench: Bench, cores: list[int]) -> Answer:
    framework, answer = task.candidate.framework, Answer(cores)
    try:
        worker = bench.laboratory.shared(framework, cores)
        answer.versions = worker.versions
        _ask(task, bench, worker, answer)
    except (Missing, Failed) as error:
        bench.laboratory.dismiss(framework, cores)
        answer.status = "missing" if isinstance(error, Missing) else "failed"
        answer.reason = str(error)
    return answer


def _ask(task: Task, bench: Bench, worker: Worker, answer: Answer) -> None:
    """Write down what a framework computes, or the status if it is of no use."""
    (candidate, dtype), experiment = task, bench.experiment
    output = bench.folder / f"{candidate.framework}-{candidate.mode}-{dtype}.npz"
    is_noisy = dtype == "float32" and candidate.measures_noise
    noise_runs = NOISE_RUNS if is_noisy else 0
    said = worker.ask(
        "check",
        inputs=bench.inputs(dtype),
        output=str(output),
        snapshots=experiment.snapshots,
        with_slope=dtype == "float64",
        noise_runs=noise_runs,
        patience_seconds=bench.patience_seconds,
        **experiment.options(candidate.mode),
    )
    if "unsupported" in said:
        answer.status, answer.reason = "unsupported", said["unsupported"]
        return
    results, made = written(output, "check"), said.get("steps")
    if not isinstance(made, int):
        raise Failed(f"check: a number of steps was needed, {made!r} came")
    if trouble := sanity.not_finite(results, in_training=False):
        raise Failed(f"{dtype}: {trouble}")
    if trouble := sanity.not_finite(results, in_training=True):
        answer.trouble = f"{dtype}: {trouble}"
    shapes = experiment.shapes(dtype, made=made, noise_runs=noise_runs)
    if wrong := sanity.misshapen(results, shapes, dtype):
        answer.status, answer.reason = "different", f"{dtype}: {wrong}"
    answer.results = results
