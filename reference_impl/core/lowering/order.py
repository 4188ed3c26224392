"""The order in which nodes are computed.

Any order will do in which every node comes after what it reads; the one in which they
were captured is the beginning. Two things are changed. What is computed for the
caller alone, such as the new value of a parameter, is computed as soon as it can be:
the gradient it is made of is then still in the cache, and need not be kept. And what is
written over an input comes after all that reads that input.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from ..graph import Graph
from ..tensor import Tensor


def ordered(graph: Graph, shared: Mapping[int, int]) -> list[Tensor]:
    """The nodes of a graph; `shared` says which outputs lie where an input lies."""
    nodes = [node for node in graph.nodes() if node.op.name != "pick"]
    home = {node.serial: node for node in nodes}
    needs = {node.serial: {x.serial for x in _read(node, home)} for node in nodes}
    inner = set().union(*needs.values())
    _let_writers_wait(graph, shared, nodes, needs)
    readers: dict[int, list[int]] = {serial: [] for serial in home}
    for serial, needed in needs.items():
        for each in needed:
            readers[each].append(serial)
    waiting = {serial: len(needed) for serial, needed in needs.items()}
    ready = [
        (serial in inner, serial) for serial, count in waiting.items() if not count
    ]
    heapq.heapify(ready)
    order = []
    while ready:
        _, serial = heapq.heappop(ready)
        order.append(home[serial])
        for reader in readers[serial]:
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, (reader in inner, reader))
    return order


def _let_writers_wait(
    graph: Graph,
    shared: Mapping[int, int],
    nodes: Sequence[Tensor],
    needs: dict[int, set[int]],
) -> None:
    """Add to needs that what is written over an input comes after its readers."""
    readers: dict[int, list[Tensor]] = {}
    for node in nodes:
        for x in node.inputs:
            readers.setdefault(x.serial, []).append(node)
    late = []
    for out, given in shared.items():
        writer = _maker(graph.outputs[out]).serial
        if writer not in needs:
            continue
        for reader in readers.get(graph.inputs[given].serial, ()):
            if reader.serial < writer:  # so it needs nothing of the writer's
                needs[writer].add(reader.serial)
            elif reader.serial > writer:
                late.append((reader.serial, writer))
    # Two that wait for each other stay in the order in which they were.
    for serial, writer in late:
        if not _is_needed(needs, serial, writer):
            needs[writer].add(serial)


def _maker(x: Tensor) -> Tensor:
    """The node that computes a tensor."""
    return x.inputs[0] if x.op is not None and x.op.name == "pick" else x


def _read(node: Tensor, home: Mapping[int, Tensor]) -> list[Tensor]:
    """The nodes whose results a node reads."""
    makers = map(_maker, node.inputs)
    return [maker for maker in makers if maker.serial in home]


def _is_needed(needs: Mapping[int, set[int]], node: int, other: int) -> bool:
    """Whether a node can only be computed after another one."""
    seen, waiting = set(), [node]
    while waiting:
        serial = waiting.pop()
        if serial == other:
            return True
        if serial not in seen:
            seen.add(serial)
            waiting.extend(needs[serial])
    return False
