"""The order in which kernels compute nodes.

A unit is a group or a single node. It comes after all that it depends on, and among
those that could come next the one whose last node was captured first.
"""

from __future__ import annotations

import heapq

from ..graph import Graph
from ..tensor import Tensor
from .grouping import Groups, origin


def in_order(groups: Groups) -> list[list[Tensor]]:
    """Groups and single nodes, each after what it depends on, early ones first."""
    units: dict[int, list[Tensor]] = {}
    for node in groups.nodes:
        group = groups.group.get(node.serial)
        units.setdefault(id(group) if group else node.serial, []).append(node)
    home = {node.serial: key for key, nodes in units.items() for node in nodes}
    needs = {
        key: {
            home[x.serial]
            for node in nodes
            for x in node.inputs
            if x.serial in home and home.get(origin(x).serial) != key
        }
        for key, nodes in units.items()
    }
    readers: dict[int, list[int]] = {key: [] for key in units}
    for key, needed in needs.items():
        for each in needed:
            readers[each].append(key)
    ready = [(nodes[-1].serial, key) for key, nodes in units.items() if not needs[key]]
    heapq.heapify(ready)
    order = []
    while ready:
        _, key = heapq.heappop(ready)
        order.append(units[key])
        for reader in readers[key]:
            needs[reader].discard(key)
            if not needs[reader]:
                heapq.heappush(ready, (units[reader][-1].serial, reader))
    assert len(order) == len(units), "groups depend on each other"
    return order


def nodes_in_order(graph: Graph) -> list[Tensor]:
    """The nodes of a graph, unit by unit.

    Much of a backward pass comes with the forward pass: whatever needs nothing else.
    """
    nodes = {node.serial: node for node in graph.nodes()}
    found: dict[int, Tensor] = {}

    def add(node: Tensor) -> None:
        for x in node.inputs:
            if x.serial in nodes and x.serial not in found:
                add(x)  # a member of the same group, in another shape
        found[node.serial] = node

    for unit in in_order(Groups(graph)):
        for node in unit:
            add(node)
    return list(found.values())
