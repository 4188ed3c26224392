"""Groups: which nodes one walk over elements computes.

What is grouped are ops on single elements over the same axes, and reductions of what
they compute, with the ops on single elements that follow a reduction. What has to be
known of all elements before it is applied to the first, such as a softmax's sum, ends a
group: two walks are two kernels.

Groups grow along the graph: a node joins those of its inputs if no path leads out of
the joint group and back into it, for the two ends of such a path could not be computed
at once.

    %1 = exp(%0)            {%1}
    %2 = sort(%1)           {%1}        sort is no walk, and depends on %1
    %3 = add(%1, %2)        {%1} {%3}   together they would need %2, which needs %1

Source: the maximal fusion of neighbours of Kennedy and McKinley 1993, greedily.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..graph import Graph
from ..pointwise import extents, is_pointwise, is_reduction, reduced_places
from ..shape import Shape
from ..tensor import Tensor

# A kernel with more nodes runs out of registers, and its source of readers.
MOST_NODES = 48


@dataclass(eq=False)
class FusionGroup:
    """Nodes that are computed in one walk.

    Attributes
    ----------
    reduced : tuple of int, or None
        Which extents the reductions among the members reduce, once there is one.
    after : set of int
        Serials of the members that come after a reduction.
    reach : int
        The nodes that the members depend on, as a set of bits.
    told : int
        What of it all know that depend on the members.
    """

    extents: Shape
    members: int = 0
    nodes: list[Tensor] = field(default_factory=list)
    reduced: tuple[int, ...] | None = None
    after: set[int] = field(default_factory=set)
    reach: int = 0
    told: int = 0


class Groups:
    """The groups of a graph while they grow, node by node."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = graph.nodes()
        self.place = {node.serial: i for i, node in enumerate(self.nodes)}
        self.group: dict[int, FusionGroup] = {}
        self._reach: dict[int, int] = {}  # of nodes outside of groups
        self._alive: list[FusionGroup] = []
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
            group = FusionGroup(extents(node.inputs[0].shape))
            self._alive.append(group)
            self._enter(group, node, bit)
        self._read |= _union(map(self._bit, node.inputs)) & ~group.members
        group.reach |= before & ~group.members
        self._spread(group)

    def _bit(self, x: Tensor) -> int:
        return 1 << self.place[x.serial] if x.serial in self.place else 0

    def _joined(self, node: Tensor, bit: int) -> FusionGroup | None:
        """The first group of its inputs that the node can join; it takes others in."""
        for first in map(origin, node.inputs):
            group = self.group.get(first.serial)
            if group is not None and self._fits(group, node):
                self._enter(group, node, bit)
                self._take_in_others(group, node)
                return group
        return None

    def _enter(self, group: FusionGroup, node: Tensor, bit: int) -> None:
        if is_reduction(node):
            group.reduced = reduced_places(node)
            group.after.add(node.serial)
        elif any(origin(x).serial in group.after for x in node.inputs):
            group.after.add(node.serial)
        group.nodes.append(node)
        group.members |= bit
        self.group[node.serial] = group

    def _fits(self, group: FusionGroup, node: Tensor) -> bool:
        """Whether a node can be computed in a group's walk."""
        sources = [origin(x).serial for x in node.inputs]
        inside = [serial for serial in sources if self.group.get(serial) is group]
        outside = [
            x for x in node.inputs if self.group.get(origin(x).serial) is not group
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

    def _take_in_others(self, group: FusionGroup, node: Tensor) -> None:
        for first in map(origin, node.inputs):
            other = self.group.get(first.serial, group)
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
            group.told &= other.told

    def _is_apart(self, group: FusionGroup, other: FusionGroup) -> bool:
        """Whether a path leads from one of two groups to the other through others."""
        joint = group.members | other.members
        outside = [
            x
            for node in (*group.nodes, *other.nodes)
            for x in node.inputs
            if self.group.get(origin(x).serial) not in (group, other)
        ]
        return bool(_union(map(self.reach, outside)) & joint)

    def _spread(self, group: FusionGroup) -> None:
        """Let all that depends on the group depend on what it depends on."""
        is_known = not group.reach & ~group.told  # of a group that grew, mostly
        group.told = group.reach
        if is_known or not group.members & self._read:
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


def origin(x: Tensor) -> Tensor:
    """The tensor of the same elements on the same extents that was computed first."""
    while (
        x.data is None
        and x.op is not None
        and x.op.name == "reshape"
        and extents(x.shape) == extents(x.inputs[0].shape)
    ):
        x = x.inputs[0]
    return x


def _walked(group: FusionGroup, follows: bool) -> Shape:
    """The extents of the walk, or of what is left of it after the reduction."""
    if not follows:
        return group.extents
    reduced = group.reduced or ()
    return tuple(n for i, n in enumerate(group.extents) if i not in reduced)


def _can_merge(group: FusionGroup, other: FusionGroup, node: Tensor) -> bool:
    """Whether two groups that a node reads walk over the same elements."""
    if group.extents != other.extents or node.serial in group.after:
        return False
    if any(origin(x).serial in other.after for x in node.inputs):
        return False
    reduced = {group.reduced, other.reduced} - {None}
    return len(reduced) < 2 and len(group.nodes) + len(other.nodes) <= MOST_NODES
