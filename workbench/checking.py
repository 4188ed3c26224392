"""Ask every framework for its results: forward, backward, and a whole training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adapters.contract import Arrays

from . import sanity
from .arrays import written
from .candidates import Candidate
from .experiment import DTYPES, NOISE_RUNS, Experiment
from .laboratory import Laboratory, share_out
from .process import Failed, Missing, Worker


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
        cores, threads = self.laboratory.cores, self.experiment.threads
        starts = range(0, len(cores) - threads + 1, threads)
        return [cores[start : start + threads] for start in starts]


def check_all(
    rows: Sequence[Candidate], bench: Bench, advance: Callable[[str], None]
) -> None:
    """Give every candidate its results, as many at once as there are slots."""

    def work(candidate: Candidate, cores: list[int]) -> None:
        _check(candidate, bench, cores)

    def choose(waiting: Sequence[Candidate], cores: list[int]) -> Candidate:
        return _suitable(waiting, bench.laboratory, cores)

    def done(candidate: Candidate, _: None) -> None:
        advance(f"checked {candidate.key}")

    # The last compile longest: they begin, so that no core waits for them at the end.
    share_out(rows[::-1], bench.slots, work, done, choose=choose)


def _suitable(
    waiting: Sequence[Candidate], laboratory: Laboratory, cores: list[int]
) -> Candidate:
    """A row whose framework has been loaded on these cores; else, on no others."""

    def foreign(candidate: Candidate) -> tuple[bool, bool]:
        places = laboratory.places(candidate.framework)
        return tuple(cores) not in places, bool(places)

    return min(waiting, key=foreign)


def _check(candidate: Candidate, bench: Bench, cores: list[int]) -> None:
    """Give a candidate its results, or the status that says why there are none."""
    try:
        _ask(candidate, bench, cores)
    except Missing as error:
        candidate.status, candidate.reason = "missing", str(error)
    except Failed as error:
        bench.laboratory.dismiss(candidate.framework, cores)
        candidate.status, candidate.reason = "failed", str(error)


def _ask(candidate: Candidate, bench: Bench, cores: list[int]) -> None:
    worker = bench.laboratory.shared(candidate.framework, cores)
    candidate.versions, candidate.cores = worker.versions, cores
    results = {}
    for dtype in DTYPES:
        found = _results(candidate, bench, worker, dtype)
        if candidate.status is not None:
            return
        results[dtype] = found
    candidate.results = results


def _results(candidate: Candidate, bench: Bench, worker: Worker, dtype: str) -> Arrays:
    """What a framework computes in one dtype; the status says if it is of no use."""
    experiment = bench.experiment
    output = bench.folder / f"{candidate.framework}-{candidate.mode}-{dtype}.npz"
    is_noisy = dtype == "float32" and candidate.measures_noise
    noise_runs = NOISE_RUNS if is_noisy else 0
    answer = worker.ask(
        "check",
        inputs=bench.inputs(dtype),
        output=str(output),
        snapshots=experiment.snapshots,
        with_slope=dtype == "float64",
        noise_runs=noise_runs,
        patience_seconds=bench.patience_seconds,
        **experiment.options(candidate.mode),
    )
    if "unsupported" in answer:
        candidate.status, candidate.reason = "unsupported", answer["unsupported"]
        return {}
    results, made = written(output, "check"), answer.get("steps")
    if not isinstance(made, int):
        raise Failed(f"check: a number of steps was needed, {made!r} came")
    if trouble := sanity.not_finite(results, in_training=False):
        raise Failed(f"{dtype}: {trouble}")
    trouble = sanity.not_finite(results, in_training=True)
    if trouble and candidate.trouble is None:
        candidate.trouble = f"{dtype}: {trouble}"
    shapes = experiment.shapes(dtype, made=made, noise_runs=noise_runs)
    if wrong := sanity.misshapen(results, shapes, dtype):
        candidate.status, candidate.reason = "different", f"{dtype}: {wrong}"
    return results
