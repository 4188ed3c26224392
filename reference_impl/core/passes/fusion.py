"""Fusion: neighbours that walk over the same elements become one node.

    %3 = add(%1, %2)                    %3, %4 = fused(%1, %2, %0):
    %4 = gated(%0, %3)          ->          add, gated, sum
    %5 = sum(%4, axes=(0,))             %5 = ...

A value that only the next op reads then never goes to memory. Which nodes belong
together says `grouping`, and which comes first `units`; here each group is written as a
node whose attribute is a graph.

An `identity` keeps its two ends in different groups. This is how a pass says that what
it computes again late is not to be computed early after all. Fused graphs have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .. import tree
from ..bundle import results
from ..fused import _fused
from ..graph import Graph
from ..tensor import Tensor, symbol_like
from .grouping import Groups, origin
from .units import in_order


def fuse(graph: Graph) -> Graph:
    """The graph in which neighbours over the same elements are one node each."""
    groups = Groups(graph)
    readers = _readers(groups.nodes)
    ends = {x.serial for x in graph.outputs}
    values: dict[int, Tensor] = {}
    for unit in in_order(groups):
        if unit[0].serial not in groups.group:
            values[unit[0].serial] = _alone(unit[0], values)
        else:
            inside = {node.serial for node in unit}
            read = [x for x in unit if _is_read(x, inside, readers, ends)]
            values.update(_as_one(unit, read, values))
    outputs = tuple(values.get(x.serial, x) for x in graph.outputs)
    return replace(graph, outputs=outputs, scopes=(), node_names={})


def _alone(node: Tensor, values: Mapping[int, Tensor]) -> Tensor:
    """What stands for a node that belongs to no group."""
    inputs = [values.get(x.serial, x) for x in node.inputs]
    if node.op.name == "identity":
        return inputs[0]
    attrs = {
        name: fuse(each) if _is_to_fuse(node, each) else each
        for name, each in node.attrs.items()
    }
    return node.op(*inputs, **attrs)


def _is_to_fuse(node: Tensor, attr: object) -> bool:
    """Whether an attribute is a graph that is run node by node."""
    return isinstance(attr, Graph) and node.op is not _fused


def _readers(nodes: Iterable[Tensor]) -> dict[int, list[Tensor]]:
    """The nodes that read a tensor, by its serial."""
    readers: dict[int, list[Tensor]] = {}
    for node in nodes:
        for x in node.inputs:
            readers.setdefault(x.serial, []).append(node)
    return readers


def _is_read(
    x: Tensor,
    inside: set[int],
    readers: Mapping[int, Sequence[Tensor]],
    ends: set[int],
) -> bool:
    """Whether a member of a group is read by others, perhaps in another shape."""
    if x.serial in ends:
        return True
    outside = [each for each in readers.get(x.serial, ()) if each.serial not in inside]
    return any(
        _is_read(each, inside, readers, ends) if origin(each) is not each else True
        for each in outside
    )


def _as_one(
    nodes: Sequence[Tensor], outputs: Sequence[Tensor], values: dict[int, Tensor]
) -> dict[int, Tensor]:
    """A fused node for several, and what stands for those that others read."""
    inside = {node.serial for node in nodes}
    mapped: dict[int, Tensor] = {}
    given: dict[int, tuple[Tensor, Tensor]] = {}  # what is read, and its symbol

    def inner(x: Tensor) -> Tensor:
        if x.serial in mapped or x.data is not None:
            return mapped.get(x.serial, x)
        if (first := origin(x)).serial in inside and first is not x:
            mapped[x.serial] = x.op(inner(x.inputs[0]), **x.attrs)
        else:
            outer = values.get(x.serial, x)
            given.setdefault(outer.serial, (outer, symbol_like(x)))
            mapped[x.serial] = given[outer.serial][1]
        return mapped[x.serial]

    for node in nodes:
        mapped[node.serial] = node.op(*map(inner, node.inputs), **node.attrs)
    body = Graph(
        name="_".join(dict.fromkeys(node.op.name for node in nodes)),
        inputs=tuple(symbol for _, symbol in given.values()),
        outputs=tuple(mapped[node.serial] for node in outputs),
        input_names=tuple(f"x{i}" for i in range(len(given))),
        output_names=tuple(f"y{i}" for i in range(len(outputs))),
        structure=tree.flatten(tuple(outputs))[1],
    )
    bundle = _fused(*(x for x, _ in given.values()), body=body)
    return {node.serial: x for node, x in zip(outputs, results(bundle), strict=True)}
