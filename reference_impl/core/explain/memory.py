"""Which bytes a plan needs, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..lowering.view import View
from ..plan.offsets import lower_bound
from ..plan.plan import Plan
from ..plan.timeline import Rectangle


@dataclass(frozen=True)
class Memory:
    """The bytes of a plan.

    Attributes
    ----------
    arena_bytes : int
        Allocated once, for all intermediate values.
    lower_bound : int
        What is alive at the fullest step: no arena can be smaller.
    input_bytes, output_bytes, constant_bytes : int
        Outputs in the place of inputs count as inputs alone.
    rectangles : tuple of Rectangle
        The buffers of the arena: name, size, lifetime and offset.
    in_place : tuple of pairs of str
        Outputs, and the given-up inputs in whose place they are written.
    """

    arena_bytes: int
    lower_bound: int
    input_bytes: int
    output_bytes: int
    constant_bytes: int
    rectangles: tuple[Rectangle, ...]
    in_place: tuple[tuple[str, str], ...]

    @property
    def ratio(self) -> float:
        """How large the arena is compared with the lower bound; 1 is perfect."""
        return self.arena_bytes / self.lower_bound if self.lower_bound else 1.0


def memory(plan: Plan) -> Memory:
    """The bytes that a plan needs."""
    graph, found = plan.graph, plan.lowered
    own = [x for i, x in enumerate(found.outputs) if i not in plan.shared]
    return Memory(
        arena_bytes=plan.arena_bytes,
        lower_bound=lower_bound(list(plan.lifetimes.values())),
        input_bytes=_nbytes(found.inputs),
        output_bytes=_nbytes(own),
        constant_bytes=sum(buffer.nbytes for buffer in found.constants),
        rectangles=tuple(
            Rectangle(buffer.maker, lifetime, plan.offsets[buffer])
            for buffer, lifetime in plan.lifetimes.items()
        ),
        in_place=tuple(
            (graph.output_names[out], graph.input_names[given])
            for out, given in sorted(plan.shared.items())
        ),
    )


def _nbytes(views: Iterable[View]) -> int:
    return sum(view.array.nbytes for view in views)
