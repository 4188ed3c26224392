"""What a pass did, in a line: how many nodes there were and are, and of which ops.

    common_subexpressions: 183 -> 165 nodes: -2 add, -1 matmul, -1 scan, -3 sigmoid

Nodes inside of nodes count as well, so that a loop that vanishes takes its body along.
A pass that changes no op changes what nodes read; then this is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..cost import operations
from ..graph import Graph
from ..show import nested_graphs
from .rewrite import uniform


@dataclass(frozen=True)
class Report:
    """What one pass did, one time.

    Attributes
    ----------
    nodes_before, nodes_after : int
        Those inside of nodes as well.
    operations_before, operations_after : int
        On numbers, by the estimate of `cost`.
    summary : str
        What there is more or less of: `-6 identity, +2 slice`.
    """

    name: str
    nodes_before: int
    nodes_after: int
    operations_before: int
    operations_after: int
    summary: str

    def __str__(self) -> str:
        nodes = f"{self.nodes_before} -> {self.nodes_after} nodes"
        return f"{self.name}: {nodes}: {self.summary}"


def report(name: str, before: Graph, after: Graph) -> Report:
    """What the pass of a name did to a graph."""
    were, are = _ops(before), _ops(after)
    return Report(
        name=name,
        nodes_before=were.total(),
        nodes_after=are.total(),
        operations_before=operations(before),
        operations_after=operations(after),
        summary=_changes(were, are)
        or _changes(_reads(before), _reads(after))
        or "the same ops, read by others",
    )


def _changes(were: Counter[str], are: Counter[str]) -> str:
    changes = {name: are[name] - were[name] for name in sorted({*were, *are})}
    return ", ".join(f"{by:+} {name}" for name, by in changes.items() if by)


def _graphs(graph: Graph) -> Iterator[Graph]:
    """A graph and those inside of its nodes."""
    yield graph
    for node in graph.nodes():
        for _, body in nested_graphs(node.attrs):
            yield from _graphs(body)


def _ops(graph: Graph) -> Counter[str]:
    return Counter(node.op.name for each in _graphs(graph) for node in each.nodes())


def _reads(graph: Graph) -> Counter[str]:
    """How much is read, and how many constants are one number that is repeated."""
    count: Counter[str] = Counter()
    for each in _graphs(graph):
        count["operands"] += sum(len(node.inputs) for node in each.nodes())
        count["results"] += len(each.outputs)
        numbers = [x for x in each.constants() if uniform(x) is not None]
        count["constants that are one number"] += len(numbers)
    return count
