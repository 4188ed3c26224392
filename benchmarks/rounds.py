"""How long contenders take, in turns.

The machine is shared with whatever else runs on it, so absolute seconds drift. All
contenders of a group are alive at once, each in a process of its own on the same cores,
and are asked in turn, in another order in each round. What is reported is the median
over the rounds, and the ratio to PyTorch eager taken round by round.

A process is opened while the others rest: its first step includes what it compiles.
What a framework keeps on disk is kept in a folder that is empty at first. Who finds
something there is opened twice: the first time it may compile on all cores, as for a
user; the second time, with a warm cache, it has the cores on which it is timed. Where
there is little time, groups share what is on disk, and first steps are not reported.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from workbench import machine
from workbench.cost import ratios, spread
from workbench.environments import ROOT
from workbench.process import Failed, Missing, Worker

from .agreement import difference
from .cases import BASIS, CACHED, Contender, Group, aim
from .models.parameters import MODELS, Arrays, data, first_values

LIMIT_SECONDS = 300.0
SEED = 0

# What users get who set nothing. The workbench, which compares results to the last
# digits, turns off what sums in another order.
SETTINGS = {
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "MXNET_MKLDNN_ENABLED": "1",
    "PYTHONPATH": str(ROOT),
}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CACHES = ("REFERENCE_IMPL_CACHE", "TORCHINDUCTOR_CACHE_DIR")


@dataclass(frozen=True)
class Effort:
    """How much time is spent: rounds, and the seconds of each turn.

    Attributes
    ----------
    first_steps : bool
        Whether each group begins with nothing on disk.
    """

    rounds: int
    seconds: float
    first_steps: bool = True


FULL = Effort(rounds=15, seconds=0.3)
SHORT = Effort(rounds=5, seconds=0.2, first_steps=False)


@dataclass(frozen=True)
class Row:
    """One contender in one phase; `reason` says why there are no numbers.

    Attributes
    ----------
    median_seconds : float
        Of a training step, or from one sample to its prediction.
    ratio_to_pytorch_eager, ratio_low, ratio_high : float
        Median and quartiles of the ratios of every round.
    first_step_seconds : float
        From a built model to the end of its first step (or prediction), with nothing in
        any cache; `warm_first_step_seconds` with what that has left on disk.
    peak_bytes : int
        By how much the process that is timed grew in its first steps (or prediction).
    aim, stretch : float
        The ratio that is to be reached, and the one that would be better still.
    """

    model: str
    phase: str
    threads: int
    framework: str
    mode: str
    median_seconds: float | None = None
    ratio_to_pytorch_eager: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    first_step_seconds: float | None = None
    warm_first_step_seconds: float | None = None
    peak_bytes: int | None = None
    aim: float | None = None
    stretch: float | None = None
    reason: str | None = None


@dataclass
class Entry:
    """A contender, and what is known of it so far."""

    contender: Contender
    worker: Worker | None = None
    reason: str | None = None
    first: dict[str, Any] | None = None
    """What opening answered when nothing was on disk, where that matters."""
    opened: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)


class Contest:
    """A group of contenders, from their first step to their rows.

    Parameters
    ----------
    folder : Path
        Where arrays go, and what is kept on disk; another one for each group.
    shared : Path, optional
        Where what is kept on disk goes if `effort` says nothing of first steps.
    advance : function
        Called with what was just done.

    Attributes
    ----------
    versions : dict
        Of every framework that has started.
    """

    def __init__(
        self,
        group: Group,
        folder: Path,
        effort: Effort,
        advance: Callable[[str], None] = lambda what: None,
        shared: Path | None = None,
    ) -> None:
        self.group, self.effort = group, effort
        self.versions: dict[str, str] = {}
        self._folder, self._advance = folder, advance
        self._shared = None if effort.first_steps else shared
        self._cores = machine.cores()[-group.threads :]
        self._entries = [Entry(contender) for contender in group.contenders]
        self._start: Arrays = {}
        self._truth: Arrays | None = None

    def run(self) -> None:
        """Open everybody, then take turns."""
        self._write_inputs()
        for entry in self._entries:
            self._guarded(entry, self._open)
            self._advance(f"opened {entry.contender.key}")
        for number in range(self.effort.rounds):
            order = [entry for entry in self._entries if entry.worker is not None]
            random.Random(number).shuffle(order)
            for entry in order:
                self._guarded(entry, self._take_turn)
            self._advance(f"round {number + 1}")

    def stop(self) -> None:
        """End all processes."""
        for entry in self._entries:
            if entry.worker is not None:
                entry.worker.stop()
                entry.worker = None

    def rows(self) -> list[Row]:
        """What is known so far."""
        basis = next(e for e in self._entries if e.contender == BASIS)
        return [
            self._row(entry, phase, basis)
            for phase in self.group.phases
            for entry in self._entries
        ]

    def _write_inputs(self) -> None:
        setting, rng = MODELS[self.group.model], np.random.default_rng(SEED)
        self._start = first_values(setting.network, rng)
        named = {f"parameter/{name}": p for name, p in self._start.items()}
        np.savez(self._folder / "inputs.npz", **named, **data(setting, rng))

    def _guarded(self, entry: Entry, part: Callable[[Entry], None]) -> None:
        """Do a part for a contender; its failure is its own."""
        try:
            part(entry)
        except (Failed, Missing) as error:
            entry.reason = str(error)
            if entry.worker is not None:
                entry.worker.stop()
                entry.worker = None

    def _open(self, entry: Entry) -> None:
        if len(self._cores) < self.group.threads:
            raise Failed(f"there is no more than {len(self._cores)} core")
        caches = self._shared or Path(tempfile.mkdtemp(dir=self._folder))
        if entry.contender in CACHED:
            with self._worker(entry.contender, caches, machine.cores()) as worker:
                entry.first = self._answer(entry, worker, "open")
        entry.worker = self._worker(entry.contender, caches, self._cores)
        entry.opened = self._answer(entry, entry.worker, "open")
        if entry.contender == BASIS:
            self._answer(entry, entry.worker, "truth")
            self._truth = _read(self._output(entry, "truth"))
        self._check(entry)

    def _worker(self, contender: Contender, caches: Path, cores: list[int]) -> Worker:
        threads = {name: str(self.group.threads) for name in THREADS}
        worker = Worker(
            contender.framework,
            self._folder,
            cores=cores,
            limit_seconds=LIMIT_SECONDS,
            module="benchmarks.worker",
            settings=SETTINGS | threads | dict.fromkeys(CACHES, str(caches)),
        )
        self.versions |= worker.versions
        return worker

    def _answer(self, entry: Entry, worker: Worker, job: str) -> dict[str, Any]:
        setting = MODELS[self.group.model]
        return worker.ask(
            job,
            inputs=str(self._folder / "inputs.npz"),
            output=str(self._output(entry, job)),
            network=setting.network,
            optimiser=setting.optimiser,
            mode=entry.contender.mode,
        )

    def _output(self, entry: Entry, job: str) -> Path:
        return self._folder / f"{entry.contender.key} {job}.npz"

    def _check(self, entry: Entry) -> None:
        if self._truth is None:
            raise Failed(f"{BASIS.key} did not run: there is nothing to be equal to")
        found = _read(self._output(entry, "open"))
        different = difference(found, self._truth, self._start)
        if different is not None:
            raise Failed(f"not equal, so not timed: {different}")

    def _take_turn(self, entry: Entry) -> None:
        assert entry.worker is not None
        for phase in self.group.phases:
            answer = entry.worker.ask("time", phase=phase, seconds=self.effort.seconds)
            entry.seconds.setdefault(phase, []).append(answer["seconds"])

    def _row(self, entry: Entry, phase: str, basis: Entry) -> Row:
        contender, group = entry.contender, self.group
        row = Row(
            group.model, phase, group.threads, contender.framework, contender.mode
        )
        wanted = aim(contender, group.model, phase, group.threads)
        found: dict[str, Any] = {"reason": entry.reason}
        if wanted is not None:
            found |= {"aim": wanted.reach, "stretch": wanted.stretch}
        times = entry.seconds.get(phase, [])
        if entry.reason is None and times:
            found |= _numbers(times, basis.seconds.get(phase, []))
            found |= _beginnings(entry, phase, with_seconds=self._shared is None)
        return Row(**(asdict(row) | found))


def _numbers(seconds: list[float], theirs: list[float]) -> dict[str, float]:
    median = float(np.median(seconds))
    found = spread(ratios(seconds, theirs))
    if found is None:
        return {"median_seconds": median}
    return {
        "median_seconds": median,
        "ratio_to_pytorch_eager": found["median"],
        "ratio_low": found["low"],
        "ratio_high": found["high"],
    }


def _beginnings(entry: Entry, phase: str, *, with_seconds: bool) -> dict[str, Any]:
    memory = {"peak_bytes": entry.opened["peak_bytes"][phase]}
    if not with_seconds:
        return memory
    seconds = entry.opened["first_step_seconds"][phase]
    first, warm = seconds, None
    if entry.first is not None:
        first, warm = entry.first["first_step_seconds"][phase], seconds
    return {"first_step_seconds": first, "warm_first_step_seconds": warm} | memory


def _read(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)
