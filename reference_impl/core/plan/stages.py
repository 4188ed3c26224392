"""Stages: what runs as one walk of the driver's tables, and what does not.

Steps that follow each other form a stage; a loop is a stage of its own, whose groups
run again at every iteration, and so is a step of a library, which Python takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..kernel import Buffer, Kernel, Loop
from ..lowering.step import Library, Step
from .groups import Group, grouped
from .offsets import Lifetime


@dataclass(frozen=True, eq=False)
class Stage:
    """Groups that run one after the other, `count` times."""

    groups: tuple[Group, ...]
    count: int = 1

    @property
    def work(self) -> int:
        """Of all iterations, as that of groups."""
        return self.count * sum(group.work for group in self.groups)

    @property
    def is_serial(self) -> bool:
        """Whether one thread does all of it, so that nobody waits inside of it."""
        return all(group.is_serial for group in self.groups)


def stages(steps: Sequence[Step]) -> list[Stage | Library]:
    """The steps as stages."""
    found: list[Stage | Library] = []
    waiting: list[Kernel] = []

    def end() -> None:
        if waiting:
            found.append(Stage(tuple(grouped(waiting))))
            waiting.clear()

    for step in steps:
        if isinstance(step, Kernel):
            waiting.append(step)
            continue
        end()
        if isinstance(step, Loop):
            found.append(Stage(tuple(grouped(step.body)), step.count))
        else:
            found.append(step)
    end()
    return found


class _Needs:
    """The first and the last step at which each buffer is needed."""

    def __init__(self) -> None:
        self.first: dict[Buffer, int] = {}
        self.last: dict[Buffer, int] = {}

    def touch(self, buffers: Iterable[Buffer], begin: int, end: int) -> None:
        """Need buffers from one step to another."""
        for buffer in buffers:
            self.first[buffer] = min(self.first.get(buffer, begin), begin)
            self.last[buffer] = max(self.last.get(buffer, end), end)

    def lifetimes(self) -> dict[Buffer, Lifetime]:
        """Of all buffers, in the order in which they were touched."""
        return {
            buffer: Lifetime(buffer.nbytes, first, self.last[buffer])
            for buffer, first in self.first.items()
        }


def lifetimes(
    found: Sequence[Stage | Library], *, is_serial: bool = False
) -> dict[Buffer, Lifetime]:
    """From when to when each buffer is needed, counted in waits.

    Between two waits, threads may be at any of the groups, so what is needed at one of
    them is needed at all of them. If one thread does everything, it is at one group,
    and at one kernel of it unless it goes chunk by chunk. In a loop a buffer that
    outlives an iteration is needed all the time.
    """
    needs, now = _Needs(), 0
    homes = Counter(buffer for stage in found for buffer in dict(_uses(stage)))
    shared = {buffer for buffer, count in homes.items() if count > 1}
    for stage in found:
        begin = now = now + 1
        if isinstance(stage, Library):
            needs.touch((buffer for buffer, _ in _uses(stage)), now, now)
            continue
        for group in stage.groups:
            now += group.waits or is_serial
            for number, kernel in enumerate(group.kernels):
                now += is_serial and number > 0 and group.chunk >= group.units
                refs = kernel.refs((*kernel.reads, *kernel.writes))
                needs.touch((ref.buffer for ref in refs), now, now)
        if stage.count > 1:
            needs.touch(_outliving(stage, shared), begin, now)
    return needs.lifetimes()


def _outliving(stage: Stage, shared: Collection[Buffer]) -> Iterator[Buffer]:
    """The buffers of a loop that are needed after the iteration that writes them.

    Other stages share some; others are read before they are written, so what is read
    comes from the iteration before.
    """
    seen: set[Buffer] = set()
    for buffer, is_read in _uses(stage):
        if buffer in shared or (is_read and buffer not in seen):
            yield buffer
        seen.add(buffer)


def _uses(stage: Stage | Library) -> Iterator[tuple[Buffer, bool]]:
    """The buffers of a stage in order, and whether each is read."""
    if isinstance(stage, Library):
        yield from ((view.buffer, True) for view in stage.inputs)
        yield from ((view.buffer, False) for view in stage.outputs)
        return
    for group in stage.groups:
        for kernel in group.kernels:
            yield from ((ref.buffer, True) for ref in kernel.refs(kernel.reads))
            yield from ((ref.buffer, False) for ref in kernel.refs(kernel.writes))
