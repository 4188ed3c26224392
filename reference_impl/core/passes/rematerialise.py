"""Rematerialisation: compute a value again instead of keeping it.

The backward pass reads values of the forward pass, the first of them last. At the turn
between the two nearly all of them are kept at once, and this is the peak. A value that
costs little, such as an activation, can be forgotten after the forward pass and made
again from what it was made of, right before the backward pass reads it:

    %1 = gelu(%0)                      %1 = gelu(%0)
    %2 = matmul(%1, w)                 %2 = matmul(%1, w)
    ...                     becomes    ...
                                       %8 = gelu(%0)
    %9 = matmul(g, %1)                 %9 = matmul(g, %8)

**Without a budget** only elementwise ops and moves are computed again, and only if the
peak falls: at the fullest node, all values are forgotten that nobody reads there and
that take few such ops to make from what is kept; if that does not help, the larger half
of them, and so on. Then another node is the fullest. **With a budget** that is not met
so, parts of the forward pass are computed again, products and all: see `segments`.

What costs nothing, since a kernel computes it in passing, `recompute` has done before.
This pass runs after all others but fusion: to find what is computed twice is what
common subexpressions are there for. Nodes are made anew in the order that is wanted,
since a graph's order is that of serials.

Source: Briggs, Cooper and Torczon 1992 (the word, and values that cost little); Chen,
Xu, Zhang and Guestrin 2016, section 3 (activations of a backward pass).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..cost import node_operations
from ..errors import RangeError
from ..graph import Graph, check_graph
from ..number import check_at_least, integer
from .liveness import Schedule, nbytes
from .repetition import repeated
from .segments import segmented

# Besides elementwise ops.
_CHEAP = {
    *("astype", "broadcast_to", "concat", "identity", "one_hot", "permute_dims"),
    *("pick", "place", "reshape", "slice", "stop_gradient", "where"),
}

# How many nodes may be computed again for the sake of one.
_LONGEST_CHAIN = 16

# Values of less than this part of the peak are neither worth a node, nor is it worth
# mentioning when they are kept longer.
_SMALL = 1 / 256


def rematerialise(graph: Graph, budget_bytes: int | None = None) -> Graph:
    """The graph that computes some values twice so that fewer are kept at once.

    Values stay the same to the bit.

    Parameters
    ----------
    budget_bytes : int, optional
        What `peak_bytes` of the graph may be. Without it, what is dear is never
        computed again.

    Raises
    ------
    RangeError
        If there is a budget that cannot be met; the message says what can be.
    """
    check_graph("rematerialise", graph)
    former = Schedule.of(graph)
    schedule = _without_cheap_values(former)
    if budget_bytes is not None:
        check_at_least("rematerialise", 0, budget_bytes=budget_bytes)
        schedule = _within(schedule, integer("rematerialise", budget_bytes))
    return graph if schedule is former else schedule.graph(graph)


def _without_cheap_values(schedule: Schedule) -> Schedule:
    """The schedule whose cheap values are computed again while that lowers the peak."""
    while True:
        better = next(_better(schedule), None)
        if better is None:
            return schedule
        schedule = better


def _better(schedule: Schedule) -> Iterator[Schedule]:
    """Schedules of a lower peak, at which fewer values are kept."""
    turn = schedule.fullest
    dropped = _idle(schedule, turn)
    while dropped:
        after = _without(schedule, set(dropped), turn)
        if _fullness(after) < _fullness(schedule):
            yield after
        dropped = dropped[: len(dropped) // 2]


def _fullness(schedule: Schedule) -> tuple[int, int]:
    """What shall fall: the peak, then the number of nodes at which it is reached."""
    return schedule.peak, schedule.live_bytes.count(schedule.peak)


def _idle(schedule: Schedule, turn: int) -> list[int]:
    """Cheap values that are kept at a place where nobody reads them, by size."""
    least, last = schedule.peak * _SMALL, schedule.last_reads(turn)
    found: dict[int, int] = {}
    copies: dict[int, int] = {}  # how many it takes to have a node after the place
    for key in schedule.order[:turn]:
        size = nbytes(schedule.tensors[key])
        count = 1 + sum(copies.get(x, 0) for x in schedule.reads[key])
        is_cheap = _is_cheap(schedule, key)
        if schedule.is_needed(key, turn) and schedule.owners[key] not in found:
            is_idle = last.get(key, turn) < turn and not schedule.is_output(key)
            if is_idle and is_cheap and least <= size and count <= _LONGEST_CHAIN:
                found[key] = size
            else:
                count = 0
        elif not is_cheap:
            # One too many for whoever reads it; or it may as well be kept longer.
            count = _LONGEST_CHAIN if size > least else 0
        copies[key] = count
    return sorted(found, key=lambda key: -found[key])


def _is_cheap(schedule: Schedule, key: int) -> bool:
    op = schedule.tensors[key].op
    return op.kind == "elementwise" or op.name in _CHEAP


def _without(schedule: Schedule, dropped: set[int], turn: int) -> Schedule:
    """The schedule in which some values are not kept over a place."""

    def is_kept(key: int) -> bool:
        if schedule.owners[key] in dropped:
            return False
        return schedule.is_needed(key, turn) or not _is_cheap(schedule, key)

    return repeated(schedule, turn, is_kept)


def _within(schedule: Schedule, budget_bytes: int) -> Schedule:
    """The schedule within a budget that computes least again."""
    if schedule.peak <= budget_bytes:
        return schedule
    found = list(segmented(schedule))
    if all(x.peak > budget_bytes for x in found):
        found = [schedule, *map(_without_cheap_values, found)]
    fitting = [x for x in found if x.peak <= budget_bytes]
    if not fitting:
        least = min(x.peak for x in found)
        raise RangeError(
            f"rematerialise: a peak of {budget_bytes} bytes cannot be reached; "
            f"the least that was found is {least}"
        )
    return min(fitting, key=_operations)


def _operations(schedule: Schedule) -> int:
    return sum(node_operations(schedule.tensors[key]) for key in schedule.order)
