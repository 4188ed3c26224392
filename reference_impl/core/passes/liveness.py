"""Liveness: when each result of a graph is first there, and when it is last read.

A `NodeOrder` has the nodes of a graph in an order, each named by a number, with what it
reads. Other than a graph it can be rearranged and extended without making tensors anew,
so that a pass may try something and look at what it would cost.

What only shows the elements of another tensor, such as `reshape`, takes no bytes; to
read it is to read that tensor. The memory of inputs and constants is not counted: it is
the caller's.

Source: Aho, Lam, Sethi and Ullman 2007, section 9.2.5 (live variables).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any

from ..graph import Graph
from ..pointwise import VIEWS
from ..scope import Scope
from ..tensor import Tensor, now
from .rewrite import again

# One of several results is no new one either.
_SHOWN = VIEWS | {"pick"}


def peak_bytes(graph: Graph) -> int:
    """The largest sum of bytes that results of nodes take at any node, in order.

    Outputs stay to the end. What a node needs while it runs, such as the values inside
    of a loop, is not counted.
    """
    return NodeOrder.of(graph).peak


@dataclass(frozen=True)
class NodeOrder:
    """Nodes in an order.

    Attributes
    ----------
    keys : tuple of int
        The numbers of the nodes.
    reads : mapping of int to tuple of int
        What each node reads: nodes, and inputs and constants of the graph.
    tensors : mapping of int to Tensor
        The tensor of the graph that each number stands for; a copy of a node stands for
        the same one.
    outputs : tuple of int
    """

    keys: tuple[int, ...]
    reads: Mapping[int, tuple[int, ...]]
    tensors: Mapping[int, Tensor]
    outputs: tuple[int, ...]

    @classmethod
    def of(cls, graph: Graph) -> NodeOrder:
        """The nodes of a graph, numbered by their serials."""
        nodes = graph.nodes()
        every = (*graph.inputs, *graph.constants(), *nodes)
        return cls(
            keys=tuple(node.serial for node in nodes),
            reads={x.serial: tuple(y.serial for y in x.inputs) for x in nodes},
            tensors={x.serial: x for x in every},
            outputs=tuple(x.serial for x in graph.outputs),
        )

    @cached_property
    def places(self) -> dict[int, int]:
        """Where every node stands in the order."""
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def owners(self) -> dict[int, int]:
        """The node whose bytes each node shows: itself, if it is no view."""
        owners: dict[int, int] = {}
        for key in self.keys:
            first = self.reads[key][0]
            is_view = self.tensors[key].op.name in _SHOWN
            owners[key] = owners.get(first, first) if is_view else key
        return owners

    @cached_property
    def readers(self) -> dict[int, list[int]]:
        """The places at which each node is read, in order, views apart."""
        readers: dict[int, list[int]] = {key: [] for key in self.keys}
        for place, key in enumerate(self.keys):
            for x in self.reads[key]:
                if x in readers:
                    readers[x].append(place)
        for x in self.outputs:
            if x in readers:
                readers[x].append(len(self.keys))
        return readers

    @cached_property
    def lives(self) -> dict[int, tuple[int, int]]:
        """The first and the last place at which the bytes of an owner are needed."""
        lives: dict[int, tuple[int, int]] = {}
        for key, owner in self.owners.items():
            if owner in self.places:  # or it is an input, shown
                last = self.readers[key][-1] if self.readers[key] else self.places[key]
                first, latest = lives.get(owner, (self.places[owner], 0))
                lives[owner] = first, max(latest, last)
        return lives

    @cached_property
    def live_bytes(self) -> list[int]:
        """The bytes that are needed at every place."""
        changes = [0] * (len(self.keys) + 2)
        for key, (first, last) in self.lives.items():
            changes[first] += nbytes(self.tensors[key])
            changes[last + 1] -= nbytes(self.tensors[key])
        return list(accumulate(changes))[: len(self.keys)]

    @cached_property
    def peak(self) -> int:
        """The bytes of the fullest place."""
        return max(self.live_bytes, default=0)

    @cached_property
    def fullest(self) -> int:
        """The first place at which the peak is reached."""
        return self.live_bytes.index(self.peak) if self.keys else 0

    def is_needed(self, key: int, place: int) -> bool:
        """Whether the bytes that a node shows are needed after a place."""
        owner = self.owners[key]
        return owner not in self.lives or self.lives[owner][1] > place

    def is_output(self, key: int) -> bool:
        """Whether the caller gets the bytes that a node shows."""
        return self.is_needed(key, len(self.keys) - 1)

    def last_reads(self, turn: int) -> dict[int, int]:
        """Of what is made before a place: where it is needed last, up to there."""
        last: dict[int, int] = {}
        for key in self.keys[:turn]:
            owner = self.owners[key]
            if owner in self.places:
                read = (r for r in reversed(self.readers[key]) if r <= turn)
                last[owner] = max(last.get(owner, 0), next(read, self.places[key]))
        return last

    def graph(self, former: Graph) -> Graph:
        """The graph whose nodes are made anew in this order.

        Sorting by serial is what orders a graph, so making is what decides.
        """
        new: dict[int, Tensor] = {}
        names, made = former.scope_names(), []
        for key in self.keys:
            node, begin = self.tensors[key], now()
            new[key] = again(
                node, [new.get(x, self.tensors[x]) for x in self.reads[key]]
            )
            made.append((names.get(node.serial), begin, now()))
        return replace(
            former,
            outputs=tuple(new.get(x, self.tensors[x]) for x in self.outputs),
            scopes=joined(made),
            node_names={
                new[key].serial: name
                for key, name in former.node_names.items()
                if key in new
            },
        )


def nbytes(node: Tensor) -> int:
    """The bytes of a node's result, or of all of them."""
    if not isinstance(node.dtype, tuple):
        return node.nbytes
    pairs: Any = zip(node.dtype, node.shape, strict=True)
    return sum(dtype.itemsize * math.prod(shape) for dtype, shape in pairs)


def joined(made: Sequence[tuple[str | None, int, int]]) -> tuple[Scope, ...]:
    """Scopes, from the name and the serials of each; neighbours of one name as one."""
    groups = [(name, list(each)) for name, each in groupby(made, key=lambda x: x[0])]
    return tuple(
        Scope(name, each[0][1], each[-1][2])
        for name, each in groups
        if name is not None
    )
