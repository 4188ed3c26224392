"""Which outputs lie over inputs that the caller gives up.

A caller asks for it; it is done where nobody reads the input afterwards. While that is
found out, the two have a buffer each: on one, who reads the former elements could not
be told from who reads the new ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..graph import Graph
from ..kernel import Buffer, Kernel, Ref
from ..lowering.lowered import Lowered, lowered
from ..lowering.reuse import renamed
from ..lowering.step import Library, Step, buffers_read, buffers_written


def lowered_in_place(
    graph: Graph, asked: Mapping[int, int]
) -> tuple[Lowered, dict[int, int]]:
    """The steps, and which outputs lie over which inputs, of those asked for."""
    found = lowered(graph, asked)
    uses = _Uses(found.steps)
    shared, outputs = {}, list(found.outputs)
    places: dict[Buffer, Buffer] = {}
    for out, given in asked.items():
        x, y = found.inputs[given], found.outputs[out]
        if uses.may_lie_over(y.buffer, x.buffer):
            shared[out], places[y.buffer], outputs[out] = given, x.buffer, x
    return replace(found, steps=renamed(found.steps, places), outputs=outputs), shared


class _Uses:
    """Which step is the first to write each buffer, and which the last to read it."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.last_library = -1
        self.first_write: dict[Buffer, int] = {}
        self.last_read: dict[Buffer, int] = {}
        for number, step in enumerate(steps):
            if isinstance(step, Library):
                self.last_library = number
            self.last_read.update(dict.fromkeys(buffers_read(step), number))
            for buffer in buffers_written(step):
                self.first_write.setdefault(buffer, number)

    def may_lie_over(self, new: Buffer, old: Buffer) -> bool:
        """Whether nobody reads the old elements once there are new ones.

        The kernel that writes these may read the elements that it overwrites. A library
        may refuse its operands, and then the caller still needs the old ones.
        """
        begin = self.first_write.get(new, len(self.steps))
        last = self.last_read.get(old, -1)
        if last > begin or self.last_library > begin:
            return False
        return last < begin or _is_in_place(self.steps[begin], new, old)


def _is_in_place(step: Step, new: Buffer, old: Buffer) -> bool:
    """Whether each new element depends on the old one at its place, and no other."""
    if not isinstance(step, Kernel):
        return False

    def positions(given: Sequence[int], buffer: Buffer) -> list[int]:
        return [i for i in given if getattr(step.args[i], "buffer", None) is buffer]

    return all(
        pair in step.in_place and _is_same_place(*(step.args[i] for i in pair))
        for pair in itertools.product(
            positions(step.reads, old), positions(step.writes, new)
        )
    )


def _is_same_place(one: int | Ref, other: int | Ref) -> bool:
    assert isinstance(one, Ref)
    assert isinstance(other, Ref)
    return one.offset == other.offset
