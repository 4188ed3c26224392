"""Fusion: neighbours that walk over the same elements become one node.

    %3 = add(%1, %2)                    %3, %4 = fused(%1, %2, %0):
    %4 = gated(%0, %3)          ->          add, gated, sum
    %5 = sum(%4, axes=(0,))             %5 = ...

A value that only the next op reads then never goes to memory. What is fused are ops on
single elements over the same axes, and reductions of what they compute, with the ops on
single elements that follow a reduction. What has to be known of all elements before it
is applied to the first, such as a softmax's sum, ends a group: two walks are two
kernels.

Groups grow along the graph: a node joins those of its inputs if no path leads out of
the joint group and back into it, for the two ends of such a path could not be computed
at once.

Source: the maximal fusion of neighbours of Kennedy and McKinley 1993, greedily.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .. import tree
from ..bundle import results
from ..dtype import BOOLEANS, INTEGERS, REALS, Dtype
from ..fused import _fused
from ..graph import Graph
from ..shape import Shape
from ..tensor import Tensor, symbol_like

REDUCTIONS = {"sum", "prod", "max", "min", "any", "all"}
_POINTWISE = {"astype", "where"}

# A kernel with more nodes runs out of registers, and its source of readers.
MOST_NODES = 48


def is_pointwise(node: Tensor) -> bool:
    """Whether a node computes every element from those at its place alone."""
    op = node.op
    is_single = (op.kind == "elementwise" and op.py) or op.name in _POINTWISE
    if not is_single or (op.name == "pow" and node.dtype.kind in INTEGERS):
        return False  # an integer's power may be an error, and a kernel raises none
    return all(map(_is_real, (node, *node.inputs)))


def is_reduction(node: Tensor) -> bool:
    """Whether a node reduces axes by an op that a loop can accumulate."""
    return node.op.name in REDUCTIONS and all(map(_is_real, (node, *node.inputs)))


def _is_real(x: Tensor) -> bool:
    return isinstance(x.dtype, Dtype) and x.dtype.kind in REALS + BOOLEANS


def extents(shape: Shape) -> Shape:
    """The sizes of the axes along which there is something to walk."""
    return tuple(size for size in shape if size != 1)


def reduced_places(node: Tensor) -> tuple[int, ...]:
    """Which of the extents of its input a reduction reduces."""
    shape = node.inputs[0].shape
    long = [axis for axis, size in enumerate(shape) if size != 1]
    return tuple(i for i, axis in enumerate(long) if axis in node.attrs["axes"])


@dataclass(eq=False)
class _Group:
    """Nodes that are computed in one walk.

    Attributes
    ----------
    reduced : tuple of int, or None
        Which extents the reductions among the members reduce, once there is one.
    after : set of int
        Serials of the members that come after a reduction.
    reach : int
        The nodes that the members depend on, as a set of bits.
    """

    extents: Shape
    members: int = 0
    nodes: list[Tensor] = field(default_factory=list)
    reduced: tuple[int, ...] | None = None
    after: set[int] = field(default_factory=set)
    reach: int = 0


class _Groups:
    """The groups of a graph while they grow, node by node."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = graph.nodes()
        self.place = {node.serial: i for i, node in enumerate(self.nodes)}
        self.group: dict[int, _Group] = {}
        self._reach: dict[int, int] = {}  # of nodes outside of groups
        self._alive: list[_Group] = []
        self._read = 0  # the nodes that somebody outside of their group reads
        for node in self.nodes:
            self._add(node)

    def reach(self, x: Tensor) -> int:
        """A tensor and all that it depends on, as a set of bits."""
        if x.serial not in self.place:
            return 0
        own = self.group.get(x.serial)
        before = own.reach | own.members if own else self._reach[x.serial]
        return before | 1 << self.place[x.serial]

    def _add(self, node: Tensor) -> None:
        bit = 1 << self.place[node.serial]
        before = _union(map(self.reach, node.inputs))
        if not (is_pointwise(node) or is_reduction(node)):
            self._reach[node.serial] = before
            self._read |= _union(map(self._bit, node.inputs))
            return
        group = self._joined(node, bit)
        if group is None:
            group = _Group(extents(node.inputs[0].shape))
            self._alive.append(group)
            self._enter(group, node, bit)
        self._read |= _union(map(self._bit, node.inputs)) & ~group.members
        group.reach |= before & ~group.members
        self._spread(group)

    def _bit(self, x: Tensor) -> int:
        return 1 << self.place[x.serial] if x.serial in self.place else 0

    def _joined(self, node: Tensor, bit: int) -> _Group | None:
        """The first group of its inputs that the node can join; it takes others in."""
        for source in map(_source, node.inputs):
            group = self.group.get(source.serial)
            if group is not None and self._fits(group, node):
                self._enter(group, node, bit)
                self._take_in_others(group, node)
                return group
        return None

    def _enter(self, group: _Group, node: Tensor, bit: int) -> None:
        if is_reduction(node):
            group.reduced = reduced_places(node)
            group.after.add(node.serial)
        elif any(_source(x).serial in group.after for x in node.inputs):
            group.after.add(node.serial)
        group.nodes.append(node)
        group.members |= bit
        self.group[node.serial] = group

    def _fits(self, group: _Group, node: Tensor) -> bool:
        """Whether a node can be computed in a group's walk."""
        sources = [_source(x).serial for x in node.inputs]
        inside = [serial for serial in sources if self.group.get(serial) is group]
        outside = [
            x for x in node.inputs if self.group.get(_source(x).serial) is not group
        ]
        follows = {serial in group.after for serial in inside}
        if (
            len(group.nodes) >= MOST_NODES
            or len(follows) != 1
            # A path leads out of the group and back.
            or _union(map(self.reach, outside)) & group.members
        ):
            return False
        if is_reduction(node):
            return follows == {False} and group.reduced in (None, reduced_places(node))
        return extents(node.shape) == _walked(group, follows == {True})

    def _take_in_others(self, group: _Group, node: Tensor) -> None:
        for source in map(_source, node.inputs):
            other = self.group.get(source.serial, group)
            if (
                other is group
                or not _can_merge(group, other, node)
                or self._is_apart(group, other)
            ):
                continue
            self._alive.remove(other)
            for each in other.nodes:
                self.group[each.serial] = group
            group.nodes += other.nodes
            group.members |= other.members
            group.after |= other.after
            group.reduced = group.reduced if other.reduced is None else other.reduced
            group.reach = (group.reach | other.reach) & ~group.members

    def _is_apart(self, group: _Group, other: _Group) -> bool:
        """Whether a path leads from one of two groups to the other through others."""
        joint = group.members | other.members
        outside = [
            x
            for node in (*group.nodes, *other.nodes)
            for x in node.inputs
            if self.group.get(_source(x).serial) not in (group, other)
        ]
        return bool(_union(map(self.reach, outside)) & joint)

    def _spread(self, group: _Group) -> None:
        """Let all that depends on the group depend on what it depends on."""
        if not group.members & self._read:  # which is so of most: they are last
            return
        for other in self._alive:
            if other is not group and other.reach & group.members:
                other.reach |= group.reach | group.members
        for serial, reach in self._reach.items():
            if reach & group.members:
                self._reach[serial] |= group.reach | group.members


def _union(sets: Iterable[int]) -> int:
    total = 0
    for each in sets:
        total |= each
    return total


def _source(x: Tensor) -> Tensor:
    """The tensor of the same elements on the same extents that was computed first."""
    while (
        x.data is None
        and x.op is not None
        and x.op.name == "reshape"
        and extents(x.shape) == extents(x.inputs[0].shape)
    ):
        x = x.inputs[0]
    return x


def _walked(group: _Group, follows: bool) -> Shape:
    """The extents of the walk, or of what is left of it after the reduction."""
    if not follows:
        return group.extents
    reduced = group.reduced or ()
    return tuple(n for i, n in enumerate(group.extents) if i not in reduced)


def _can_merge(group: _Group, other: _Group, node: Tensor) -> bool:
    """Whether two groups that a node reads walk over the same elements."""
    if group.extents != other.extents or node.serial in group.after:
        return False
    if any(_source(x).serial in other.after for x in node.inputs):
        return False
    reduced = {group.reduced, other.reduced} - {None}
    return len(reduced) < 2 and len(group.nodes) + len(other.nodes) <= MOST_NODES


def fuse(graph: Graph) -> Graph:
    """The graph in which neighbours over the same elements are one node each."""
    groups = _Groups(graph)
    readers = _readers(groups.nodes)
    ends = {x.serial for x in graph.outputs}
    values: dict[int, Tensor] = {}
    for unit in _in_order(groups):
        if len(unit) == 1 and unit[0].serial not in groups.group:
            (node,) = unit
            inputs = [values.get(x.serial, x) for x in node.inputs]
            attrs = {
                name: fuse(each) if _is_to_fuse(node, each) else each
                for name, each in node.attrs.items()
            }
            values[node.serial] = node.op(*inputs, **attrs)
        else:
            inside = {node.serial for node in unit}
            read = [x for x in unit if _is_read(x, inside, readers, ends)]
            values.update(_as_one(unit, read, values))
    outputs = tuple(values.get(x.serial, x) for x in graph.outputs)
    return replace(graph, outputs=outputs, scopes=(), node_names={})


def _is_to_fuse(node: Tensor, attr: object) -> bool:
    """Whether an attribute is a graph that is run node by node."""
    return isinstance(attr, Graph) and node.op is not _fused


def _in_order(groups: _Groups) -> list[list[Tensor]]:
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
            if x.serial in home and home.get(_source(x).serial) != key
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
        _is_read(each, inside, readers, ends) if _source(each) is not each else True
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
        if (source := _source(x)).serial in inside and source is not x:
            mapped[x.serial] = x.op(inner(x.inputs[0]), **x.attrs)
        else:
            given[x.serial] = (values.get(x.serial, x), symbol_like(x))
            mapped[x.serial] = given[x.serial][1]
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
