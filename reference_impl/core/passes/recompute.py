"""Recomputation: a kernel computes again what is made of values that it reads anyway.

The kernel of an activation writes its result, and besides what the backward pass will
need of it. Some of that is made of the rest by a few ops on single elements:

    forward    %1 = add(%0, bias)            forward    %1 = add(%0, bias)
               %2 = square(%1)                          ...
               %3 = exp(%2)                             ...
               ...                     ->               ...
    backward   %8 = multiply(g, %1)          backward   %8 = multiply(g, %1)
               %9 = multiply(%8, %3)                    %9 = multiply(%8, %6)

where %6 is `exp(square(%1))`. Both %1 and %3 were kept over all that is in between, but
%1 is there when %3 is read, so that the same walk can make %3 of it: to compute an
element takes less time than to write it to memory and to read it from there.

This is rematerialisation without a price, so it is always done: no kernel is added, and
next to nothing is kept for longer. What has a price is left to `rematerialise`.

It is done at the fullest place, where a training step turns from forward to backward,
then at the place that is the fullest after that, as long as the peak falls.

Source: Briggs, Cooper and Torczon 1992, who compute again what is made of values that
are still there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..dtype import HALVES
from ..graph import Graph, check_graph
from ..pointwise import is_pointwise, is_reduction
from .liveness import NodeOrder, nbytes
from .repetition import recomputed
from .rewrite import is_constant
from .units import nodes_in_order

# All that is kept then stays in a core's cache, and there is little to gain.
SMALL_PEAK_BYTES = 1 << 20

# A value of less than this part of the peak is not worth a node.
_SMALL = 1 / 256

# How many nodes may be computed again for the sake of one.
LONGEST_CHAIN = 16

# In bytes times nodes: how much longer others may be kept, as a part of what is gained.
# The last reader of a source often stands a node or two before its copy's first one.
_PRICE = 1 / 16


def recompute(graph: Graph) -> Graph:
    """The graph whose kernels compute again what is made of values they read anyway.

    Values stay the same to the bit.
    """
    check_graph("recompute", graph)
    keys = tuple(node.serial for node in nodes_in_order(graph))
    former = order = replace(NodeOrder.of(graph), keys=keys)
    while order.peak >= SMALL_PEAK_BYTES:
        after = recomputed(order, order.fullest, _kept(order))
        if after.peak >= order.peak:
            break
        order = after
    return graph if order is former else order.graph(graph)


def _kept(order: NodeOrder) -> Callable[[int], bool]:
    """Whether a node before the fullest place is not to be made again after it."""
    choice = _Choice(order, order.fullest)
    # Late ones first: what they are made of is then kept for them.
    for key in reversed(order.keys[: choice.turn]):
        if choice.is_idle(key):
            choice.make_again(key)
    return lambda key: key not in choice.nodes


@dataclass
class _Choice:
    """The nodes to make again after a place, the turn, and what they are made of."""

    order: NodeOrder
    turn: int
    nodes: set[int] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)

    @cached_property
    def last_reads(self) -> dict[int, int]:
        """Where each node is read last before the turn."""
        return self.order.last_reads(self.turn)

    @cached_property
    def seen(self) -> set[int]:
        """The nodes that are read after the turn by way of a view made before it."""
        owners = self.order.owners
        early = self.order.keys[: self.turn]
        return {owners[x] for x in early if owners[x] != x and self._late_readers(x)}

    def _late_readers(self, key: int) -> list[int]:
        return [place for place in self.order.readers[key] if place > self.turn]

    def is_idle(self, key: int) -> bool:
        """Whether a value is large, kept over the turn, and read by walks then."""
        order, late = self.order, self._late_readers(key)
        return (
            bool(late)
            and nbytes(order.tensors[key]) >= order.peak * _SMALL
            and self.last_reads.get(key, self.turn) < self.turn
            and key not in self.sources | self.seen
            and not order.is_output(key)
            and all(_is_walk(order, order.keys[place]) for place in late)
        )

    def make_again(self, key: int) -> None:
        """Make a value again, if what it is made of is there when it is read."""
        reader = self._late_readers(key)[0]
        gained = nbytes(self.order.tensors[key]) * (reader - self.last_reads[key])
        nodes, sources, waiting, price = set[int](), set[int](), [key], 0
        while waiting and len(nodes) < LONGEST_CHAIN:
            node = waiting.pop()
            nodes.add(node)
            for x in self.order.reads[node]:
                if x in self.nodes or x in nodes:
                    continue
                more = self._price(x, reader)
                if price + more <= gained * _PRICE:
                    price += more
                    sources.add(self.order.owners.get(x, x))
                elif self._is_gone(x):
                    waiting.append(x)
                else:
                    return
        if not waiting and self._is_exact(nodes, sources):
            self.nodes |= nodes
            self.sources |= sources

    def _is_gone(self, x: int) -> bool:
        """Whether a node is there no longer, so that it could be made again as well."""
        is_node = x in self.order.reads
        return is_node and not self.order.is_needed(x, self.turn)

    @cached_property
    def ends(self) -> dict[int, int]:
        """Where the bytes of each node and input are read last of all."""
        order, ends = self.order, dict[int, int]()
        for place, key in enumerate(order.keys):
            ends |= {order.owners.get(x, x): place for x in order.reads[key]}
        every = len(order.keys)
        return ends | {order.owners.get(x, x): every for x in order.outputs}

    def _price(self, x: int, reader: int) -> int:
        """The bytes of a source times how much longer they are kept for a reader."""
        owner = self.order.owners.get(x, x)
        source = self.order.tensors[owner]
        longer = max(0, reader - self.ends[owner])
        return 0 if is_constant(source) else longer * nbytes(source)

    def _is_exact(self, nodes: Iterable[int], sources: Iterable[int]) -> bool:
        """Whether a walk makes the same of the sources, to the bit.

        The walk that wrote a source in 16 bits went on with more of them.
        """
        tensors = self.order.tensors
        walks = [x for x in sources if _is_walk(self.order, x)]
        return all(is_pointwise(tensors[x]) for x in nodes) and not any(
            tensors[x].dtype in HALVES for x in (*nodes, *walks)
        )


def _is_walk(order: NodeOrder, key: int) -> bool:
    """Whether a node is computed in a walk over elements."""
    node = order.tensors[key]
    return key in order.reads and (is_pointwise(node) or is_reduction(node))
