"""Which outputs lie over inputs that the caller gives up.

A caller asks for it; it is done where nobody reads the input afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from ..graph import Graph
from ..kernel import Buffer, Kernel, Loop
from ..lowering.lowered import Lowered, lowered
from ..lowering.step import Library, Step


def lowered_in_place(
    graph: Graph, asked: Mapping[int, int]
) -> tuple[Lowered, dict[int, int]]:
    """The steps, and which outputs lie over which inputs, of those asked for."""
    shared = dict(asked)
    while True:
        found = lowered(graph, shared)
        safe = {
            out: given for out, given in shared.items() if _is_safe(found, out, given)
        }
        if safe == shared:
            return found, shared
        shared = safe


def _is_safe(found: Lowered, out: int, given: int) -> bool:
    """Whether an output may be written over an input: nobody reads it afterwards.

    The kernel that writes it may read the elements that it overwrites. A library may
    refuse its operands, and then the caller still needs the input.
    """
    buffer = found.inputs[given].buffer
    is_written = False
    for step in found.steps:
        if is_written and (isinstance(step, Library) or _reads(step, buffer)):
            return False
        writes = _writes(step, buffer)
        if writes and _reads(step, buffer) and not _is_in_place(step, buffer):
            return False
        is_written |= writes
    return True


def _reads(step: Step, buffer: Buffer) -> bool:
    if isinstance(step, Library):
        return any(view.buffer is buffer for view in step.inputs)
    return any(
        ref.buffer is buffer for each in _all(step) for ref in each.refs(each.reads)
    )


def _writes(step: Step, buffer: Buffer) -> bool:
    if isinstance(step, Library):
        return any(view.buffer is buffer for view in step.outputs)
    return any(
        ref.buffer is buffer for each in _all(step) for ref in each.refs(each.writes)
    )


def _all(step: Kernel | Loop) -> tuple[Kernel, ...]:
    return step.body if isinstance(step, Loop) else (step,)


def _is_in_place(kernel: Step, buffer: Buffer) -> bool:
    if not isinstance(kernel, Kernel):
        return False

    def positions(given: Sequence[int]) -> list[int]:
        return [i for i in given if getattr(kernel.args[i], "buffer", None) is buffer]

    pairs = itertools.product(positions(kernel.reads), positions(kernel.writes))
    return all(pair in kernel.in_place for pair in pairs)
