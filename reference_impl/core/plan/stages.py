"""Stages: what runs as one walk of the driver's tables, and what does not.

Steps that follow each other form a stage; a loop is a stage of its own, whose groups
run again at every turn, and so is a step of a library, which Python takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
        """Of all turns, as that of groups."""
        return self.count * sum(group.work for group in self.groups)

    @property
    def is_small(self) -> bool:
        """Whether one thread does all of it, so that nobody waits between turns."""
        return all(group.is_small for group in self.groups)


def stages(steps: Sequence[Step]) -> list[Stage | Library]:
    """The steps as stages."""
    found: list[Stage | Library] = []
    waiting: list[Kernel] = []

    def end() -> None:
        if waiting:
            found.append(Stage(_apart(grouped(waiting))))
            waiting.clear()

    for step in steps:
        if isinstance(step, Kernel):
            waiting.append(step)
            continue
        end()
        if isinstance(step, Loop):
            found.append(Stage(_apart(grouped(step.body)), step.count))
        else:
            found.append(step)
    end()
    return found


def _apart(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups, of which the first one waits for all that was before."""
    return (replace(groups[0], waits=True), *groups[1:]) if groups else ()


def lifetimes(
    found: Sequence[Stage | Library], *, is_alone: bool = False
) -> dict[Buffer, Lifetime]:
    """From when to when each buffer is needed, counted in waits.

    Between two waits, threads may be at any of the groups, so what is needed at one of
    them is needed at all of them. A thread that is alone is at one group, and at one
    kernel of it unless chunks take turns. In a loop a buffer that outlives a turn is
    needed all the time.
    """
    first: dict[Buffer, int] = {}
    last: dict[Buffer, int] = {}
    home: dict[Buffer, set[int]] = {}
    for number, stage in enumerate(found):
        for buffer, _ in _touched(stage):
            home.setdefault(buffer, set()).add(number)

    def touch(buffer: Buffer, begin: int, end: int) -> None:
        first[buffer] = min(first.get(buffer, begin), begin)
        last[buffer] = max(last.get(buffer, end), end)

    now = 0
    for stage in found:
        begin = now = now + 1
        if isinstance(stage, Library):
            for view in (*stage.inputs, *stage.outputs):
                touch(view.buffer, now, now)
            continue
        for group in stage.groups:
            now += group.waits or is_alone
            for number, kernel in enumerate(group.kernels):
                now += is_alone and number > 0 and group.chunk >= group.units
                for ref in kernel.refs((*kernel.reads, *kernel.writes)):
                    touch(ref.buffer, now, now)
        if stage.count > 1:
            for buffer in _lasting(stage):
                touch(buffer, begin, now)
            for buffer, _ in _touched(stage):
                if len(home[buffer]) > 1:
                    touch(buffer, begin, now)
    return {
        buffer: Lifetime(buffer.nbytes, first[buffer], last[buffer]) for buffer in first
    }


def _touched(stage: Stage | Library) -> Iterator[tuple[Buffer, bool]]:
    """The buffers of a stage in order, and whether each is read."""
    if isinstance(stage, Library):
        yield from ((view.buffer, True) for view in stage.inputs)
        yield from ((view.buffer, False) for view in stage.outputs)
        return
    for group in stage.groups:
        for kernel in group.kernels:
            yield from ((ref.buffer, True) for ref in kernel.refs(kernel.reads))
            yield from ((ref.buffer, False) for ref in kernel.refs(kernel.writes))


def _lasting(stage: Stage) -> Iterator[Buffer]:
    """The buffers that are read before they are written: at the turn before."""
    seen: set[Buffer] = set()
    for buffer, is_read in _touched(stage):
        if buffer not in seen and is_read:
            yield buffer
        seen.add(buffer)
