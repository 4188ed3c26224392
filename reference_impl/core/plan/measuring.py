"""How long each group of a plan takes, measured while all of it runs in its order.

Every group finds in memory what it finds in a call, and so do the caches. Running one
group again and again would be less work, but what it reads may lie where a later group
has written, and numbers that are meant as places must be those.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..driver import Tables, run
from ..driver.words import (
    BEGIN,
    CHUNK,
    COUNT,
    END,
    EXTENT,
    FIRST,
    GROUP_WORDS,
    INSTRUCTION_WORDS,
    STAGE_WORDS,
    row,
)
from ..lowering.step import Library
from .plan import Plan
from .stages import Stage

WARM_UP_ROUNDS = 2
MOST_ROUNDS = 30
# Of seconds; a median of three is the least that can be said of a long program.
PATIENCE_SECONDS = 0.5
LEAST_ROUNDS = 3

# A group or a step of a library, and which of its kernels; or the filling in of
# addresses, which is neither.
Place = tuple[int, int]
FILLING: Place = (-1, -1)

# Of the iterations of a longer loop, the others are run in one piece.
MOST_ITERATIONS = 1000

# What is timed, how many times that it stands for, and what to run.
Piece = tuple[Place, float, Callable[[], object]]


@dataclass(frozen=True)
class Times:
    """How long a plan takes.

    Attributes
    ----------
    seconds : tuple of float
        Of every group and step of a library in order, with all iterations of its loop.
    kernel_seconds : tuple of tuples of float
        Of the kernels of each, one by one: each does all rows before the next begins.
    call_seconds : float
        Of a call that runs all of it at once.
    """

    seconds: tuple[float, ...]
    kernel_seconds: tuple[tuple[float, ...], ...]
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
    restore = partial(_restore, inputs, arrays)
    with plan.lock:
        plan.ends_ids[:] = [*map(id, ends)]
        start = _starting_seconds(plan.threads)
        groups, kernels = (
            _medians(list(_pieces(plan, ends, apart=apart)), restore, start)
            for apart in (False, True)
        )
    call: list[Piece] = [((0, 0), 1.0, partial(plan.run, inputs, outputs))]
    return Times(
        tuple(seconds for each in _by_group(groups) for seconds in each),
        tuple(_by_group(kernels)),
        _medians(call, restore, 0.0)[0, 0],
    )


def _by_group(found: Mapping[Place, float]) -> Iterator[tuple[float, ...]]:
    """The seconds of the parts of each group."""
    places = sorted(place for place in found if place != FILLING)
    for _, parts in itertools.groupby(places, lambda place: place[0]):
        yield tuple(found[place] for place in parts)


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


def _pieces(plan: Plan, ends: Sequence[np.ndarray], *, apart: bool) -> Iterator[Piece]:
    """Everything that a call runs, each by itself, or even each kernel by itself."""
    parts, first = iter(plan.parts), 0
    for is_native, run_of in itertools.groupby(
        plan.stages, lambda stage: isinstance(stage, Stage)
    ):
        if not is_native:
            for _ in run_of:
                step = next(parts)
                assert isinstance(step, Library)
                yield (first, 0), 1.0, partial(plan.take, step, ends)
                first += 1
            continue
        part = next(parts)
        assert not isinstance(part, Library)
        filling, *stages = part.tables.stages
        for place, program in _programs(part.tables, filling, FILLING):
            yield place, 1.0, partial(_run_part, program, 0, 1, plan.threads)
        for stage in stages:
            yield from _iterations(plan, part.tables, stage, first, apart=apart)
            first += int(stage[COUNT])


def _iterations(
    plan: Plan, tables: Tables, stage: np.ndarray, first: int, *, apart: bool
) -> Iterator[Piece]:
    """The groups of a stage, one iteration after the other."""
    programs = list(_programs(tables, stage, (first, 0), apart=apart))
    count = int(stage[END])
    timed = min(count, MOST_ITERATIONS)
    for number in range(timed):
        for place, program in programs:
            run_one = partial(_run_part, program, number, number + 1, plan.threads)
            yield place, count / timed, run_one
    if timed < count:
        rest = replace(tables, stages=np.array([stage]))
        yield FILLING, 0.0, partial(_run_part, rest, timed, count, plan.threads)


def _programs(
    tables: Tables, stage: np.ndarray, place: Place, *, apart: bool = False
) -> Iterator[tuple[Place, Tables]]:
    """Each group of a stage, or even each kernel, as a program of its own."""
    first, count = stage[[FIRST, COUNT]]
    alone = stage.copy()
    alone[[FIRST, COUNT]] = 0, 1
    for number, group in enumerate(tables.groups[first : first + count]):
        for index, each in enumerate(_kernels(group) if apart else [group]):
            program = replace(tables, stages=np.array([alone]), groups=np.array([each]))
            yield (place[0] + number, place[1] + index), program


def _kernels(group: np.ndarray) -> Iterator[np.ndarray]:
    """A group's kernels as groups of their own, which are not cut into chunks."""
    for kernel in range(group[FIRST], group[FIRST] + group[COUNT]):
        alone = group.copy()
        alone[[FIRST, COUNT, CHUNK]] = kernel, 1, max(group[EXTENT], 1)
        yield alone


def _run_part(program: Tables, begin: int, end: int, threads: int) -> None:
    """Run some iterations of a program that is one stage."""
    program.stages[0, [BEGIN, END]] = begin, end
    run(program, threads)


def _starting_seconds(threads: int) -> float:
    """What it takes to run a program that does nothing."""
    shapes = (0, GROUP_WORDS), (0, INSTRUCTION_WORDS), (0,), (0,)
    stage = np.array([row(STAGE_WORDS, {COUNT: 0, END: 1})])
    nothing = Tables(stage, *(np.empty(shape, np.int64) for shape in shapes))
    begun = []
    for _ in range(100):
        begun.append(time.perf_counter())
        _run_part(nothing, 0, 1, threads)
    return min(b - a for a, b in itertools.pairwise(begun))


def _medians(
    pieces: Sequence[Piece], restore: Callable[[], None], start: float
) -> dict[Place, float]:
    """The seconds of each place, with all that is run there in a round."""
    found: dict[Place, list[float]] = {place: [] for place, _, _ in pieces}
    for number in _rounds():
        restore()
        seconds = dict.fromkeys(found, 0.0)
        for place, times, piece in pieces:
            begun = time.perf_counter()
            piece()
            spent = max(time.perf_counter() - begun - start, 0.0)
            seconds[place] += times * spent
        if number >= 0:
            for place, total in seconds.items():
                found[place].append(total)
    return {place: statistics.median(each) for place, each in found.items()}
