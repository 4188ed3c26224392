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
from .liveness import NodeOrder, nbytes
from .repetition import recomputed
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

    Its nodes give the same values to the bit. Compiled, others are fused than before,
    and a sum that is taken in another walk may be rounded in another way.

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
    former = NodeOrder.of(graph)
    order = _without_cheap_values(former)
    if budget_bytes is not None:
        check_at_least("rematerialise", 0, budget_bytes=budget_bytes)
        order = _within(order, integer("rematerialise", budget_bytes))
    return graph if order is former else order.graph(graph)


def _without_cheap_values(order: NodeOrder) -> NodeOrder:
    """The order whose cheap values are computed again while that lowers the peak."""
    while True:
        better = next(_better(order), None)
        if better is None:
            return order
        order = better


def _better(order: NodeOrder) -> Iterator[NodeOrder]:
    """Orders of a lower peak, at which fewer values are kept."""
    turn = order.fullest
    dropped = _idle(order, turn)
    while dropped:
        after = _without(order, set(dropped), turn)
        if _fullness(after) < _fullness(order):
            yield after
        dropped = dropped[: len(dropped) // 2]


def _fullness(order: NodeOrder) -> tuple[int, int]:
    """What shall fall: the peak, then the number of nodes at which it is reached."""
    return order.peak, order.live_bytes.count(order.peak)


def _idle(order: NodeOrder, turn: int) -> list[int]:
    """Cheap values that are kept at a place where nobody reads them, by size."""
    least, last = order.peak * _SMALL, order.last_reads(turn)
    found: dict[int, int] = {}
    copies: dict[int, int] = {}  # how many it takes to have a node after the place
    for key in order.keys[:turn]:
        size = nbytes(order.tensors[key])
        count = 1 + sum(copies.get(x, 0) for x in order.reads[key])
        is_cheap = _is_cheap(order, key)
        if order.is_needed(key, turn) and order.owners[key] not in found:
            is_idle = last.get(key, turn) < turn and not order.is_output(key)
            if is_idle and is_cheap and least <= size and count <= _LONGEST_CHAIN:
                found[key] = size
            else:
                count = 0
        elif not is_cheap:
            # One too many for whoever reads it; or it may as well be kept longer.
            count = _LONGEST_CHAIN if size > least else 0
        copies[key] = count
    return sorted(found, key=lambda key: -found[key])


def _is_cheap(order: NodeOrder, key: int) -> bool:
    op = order.tensors[key].op
    return op.kind == "elementwise" or op.name in _CHEAP


def _without(order: NodeOrder, dropped: set[int], turn: int) -> NodeOrder:
    """The order in which some values are not kept over a place."""

    def is_kept(key: int) -> bool:
        if order.owners[key] in dropped:
            return False
        return order.is_needed(key, turn) or not _is_cheap(order, key)

    return recomputed(order, turn, is_kept)


def _within(order: NodeOrder, budget_bytes: int) -> NodeOrder:
    """The order within a budget that computes least again."""
    if order.peak <= budget_bytes:
        return order
    found = list(segmented(order))
    if all(x.peak > budget_bytes for x in found):
        found = [order, *map(_without_cheap_values, found)]
    fitting = [x for x in found if x.peak <= budget_bytes]
    if not fitting:
        least = min(x.peak for x in found)
        raise RangeError(
            f"rematerialise: a peak of {budget_bytes} bytes cannot be reached; "
            f"the least that was found is {least}"
        )
    return min(fitting, key=_operations)


def _operations(order: NodeOrder) -> int:
    return sum(node_operations(order.tensors[key]) for key in order.keys)
