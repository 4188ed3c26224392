"""How long each group of a plan takes, measured while all of it runs in its order.

Every group finds in memory what it finds in a call, and so do the caches. Running one
group again and again would be less work, but what it reads may lie where a later group
has written, and numbers that are meant as places must be those.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..driver import Tables, run
from ..lowering.step import Library
from .plan import Plan
from .schedule import Stage

WARM_UP_ROUNDS = 2
MOST_ROUNDS = 30
# Of seconds; a median of three is the least that can be said of a long program.
PATIENCE_SECONDS = 0.5
LEAST_ROUNDS = 3

FILLING = -1  # the number of what is no group: the addresses are filled in

Piece = tuple[int, Callable[[], object]]


@dataclass(frozen=True)
class Times:
    """How long a plan takes.

    Attributes
    ----------
    seconds : tuple of float
        Of every group and step of a library in order, with all turns of its loop.
    call_seconds : float
        Of a call that runs all of it at once.
    """

    seconds: tuple[float, ...]
    call_seconds: float


def measured(plan: Plan, arrays: Sequence[np.ndarray]) -> Times:
    """Time a plan group by group, on copies of the inputs' arrays; medians of rounds.

    What starting a group by itself costs is measured and taken off, which leaves a
    doubt of about a tenth of a microsecond a group.
    """
    plan.check(arrays)
    inputs = [np.array(array, order="C") for array in arrays]
    outputs = plan.outputs(inputs)
    ends = [*inputs, *outputs]
    rounds: list[list[float]] = []
    calls: list[float] = []
    with plan._lock:
        plan._ends_ids[:] = [*map(id, ends)]
        pieces = list(_pieces(plan, ends))
        start = _starting_seconds(plan.threads)
        for number in _rounds():
            _restore(inputs, arrays)
            seconds = _round(pieces, start)
            if number >= 0:
                rounds.append(seconds)
    for number in _rounds():
        _restore(inputs, arrays)
        begun = time.perf_counter()
        plan.run(inputs, outputs)
        if number >= 0:
            calls.append(time.perf_counter() - begun)
    medians = tuple(map(statistics.median, zip(*rounds, strict=True)))
    return Times(medians, statistics.median(calls))


def _rounds() -> Iterator[int]:
    """The numbers of rounds while there is patience; negative ones are to warm up."""
    begun = time.perf_counter()
    for number in range(-WARM_UP_ROUNDS, MOST_ROUNDS):
        if number >= LEAST_ROUNDS and time.perf_counter() - begun > PATIENCE_SECONDS:
            return
        yield number


def _restore(inputs: Sequence[np.ndarray], arrays: Sequence[np.ndarray]) -> None:
    """What has been written in the place of inputs becomes the inputs again."""
    for x, array in zip(inputs, arrays, strict=True):
        np.copyto(x, array)


def _pieces(plan: Plan, ends: Sequence[np.ndarray]) -> Iterator[Piece]:
    """Everything that a call runs, each by itself, and the number of its group."""
    parts, first = iter(plan._parts), 0
    for is_native, run_of in itertools.groupby(
        plan.stages, lambda stage: isinstance(stage, Stage)
    ):
        if not is_native:
            for number, _ in enumerate(run_of, first):
                step = next(parts)
                assert isinstance(step, Library)
                yield number, partial(plan._take, step, ends)
                first = number + 1
            continue
        part = next(parts)
        assert not isinstance(part, Library)
        pieces = iter(_singles(part.tables, plan.threads))
        yield FILLING, next(pieces)
        for stage in run_of:
            assert isinstance(stage, Stage)
            numbers = range(first, first + len(stage.groups))
            for _ in range(stage.count):
                yield from zip(numbers, pieces, strict=False)
            first += len(stage.groups)


def _singles(tables: Tables, threads: int) -> Iterator[Callable[[], None]]:
    """The groups of tables as programs of their own."""
    for row in tables.groups:
        single = Tables(row[None].copy(), tables.instructions, tables.args)
        yield partial(run, single, threads)


def _starting_seconds(threads: int) -> float:
    """What it takes to run a program that does nothing."""
    nothing = Tables(*(np.empty(s, np.int64) for s in ((0, 5), (0, 3), (0,))))
    begun = []
    for _ in range(100):
        begun.append(time.perf_counter())
        run(nothing, threads)
    return min(b - a for a, b in itertools.pairwise(begun))


def _round(pieces: Sequence[Piece], start: float) -> list[float]:
    """The seconds of every group, in one run of everything."""
    seconds = [0.0] * (1 + max((number for number, _ in pieces), default=FILLING))
    for number, piece in pieces:
        begun = time.perf_counter()
        piece()
        spent = time.perf_counter() - begun
        if number != FILLING:
            seconds[number] += max(spent - start, 0.0)
    return seconds
