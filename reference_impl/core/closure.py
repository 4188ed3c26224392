"""Functions as graphs, with what they close over.

`checkpoint`, `custom_vjp`, `cond`, `scan` and `while_loop` make an op of a function
that somebody wrote. The function may read tensors of the code around it; those that a
derivative or a capture is about become inputs of the op, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import tree
from .bundle import results
from .device import HOST
from .elements import tensor
from .graph import Graph, is_array
from .op import Op
from .operands import common_device
from .tensor import (
    UNTRACKED,
    Tensor,
    as_variable,
    check_not_freed,
    detached,
    now,
    symbol_like,
)


class Arguments:
    """A tree as tensors, and what is needed to build the tree again."""

    def __init__(self, args: Any) -> None:
        self._leaves, self._structure = tree.flatten(args)
        self._places = [i for i, x in enumerate(self._leaves) if is_array(x)]
        self.tensors = [tensor(self._leaves[i]) for i in self._places]

    def rebuilt(self, tensors: Sequence[Any]) -> Any:
        """The tree, with other tensors in place of its own."""
        leaves = list(self._leaves)
        for place, x in zip(self._places, tensors, strict=True):
            leaves[place] = x
        return tree.unflatten(self._structure, leaves)

    def names(self) -> list[str]:
        """Where each tensor stands in the tree."""
        names = tree.names(tree.unflatten(self._structure, self._leaves))
        return [names[i] for i in self._places]


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a function: what it got, did and returned.

    Attributes
    ----------
    given : list of Tensor
        What stood in for the tensors of the arguments.
    nodes : list of Tensor
        What was computed during the call and led to a result, in topological order.
    outputs, structure
        What was returned, taken apart.
    free : list of Tensor
        What the function closes over and somebody outside may ask about.
    """

    name: str
    given: list[Tensor]
    nodes: list[Tensor]
    outputs: list[Tensor]
    structure: tree.Structure
    free: list[Tensor]

    def result(self) -> Any:
        """What the function returned."""
        return tree.unflatten(self.structure, self.outputs)

    def graph(self) -> Graph:
        """What the function did to its arguments and, after them, what it closed over.

        Values are left out: tensors that are known, such as the tangents of a rule, and
        what was computed from them are inputs and nodes like all others.
        """
        ends = (*self.given, *self.free)
        copies = {x.serial: symbol_like(x) for x in ends}
        for node in self.nodes:
            inputs = tuple([copies.get(x.serial, x) for x in node.inputs])
            root = min(x.root for x in inputs)
            kind, place = (node.shape, node.dtype), node.device
            copies[node.serial] = Tensor(
                None, *kind, node.op, inputs, node.attrs, root, place
            )
        return Graph(
            name=self.name,
            inputs=tuple(copies[x.serial] for x in ends),
            outputs=tuple(copies.get(x.serial, x) for x in self.outputs),
            input_names=tuple(f"x{i}" for i in range(len(ends))),
            output_names=tuple(tree.names(self.result())),
            structure=self.structure,
        )


def traced(
    function: Callable[..., Any],
    arguments: Arguments,
    stand_in: Callable[[Tensor], Tensor],
    *,
    name: str,
) -> Call:
    """Call a function of trees; `stand_in` makes what it gets in place of a tensor."""
    start = now()
    given = [stand_in(x) for x in arguments.tensors]
    leaves, structure = tree.flatten(function(*arguments.rebuilt(given)))
    outputs = [tensor(x) for x in leaves]
    nodes, free = _ancestors(outputs, start)
    return Call(name, given, nodes, outputs, structure, free)


def _ancestors(
    outputs: Sequence[Tensor], start: int
) -> tuple[list[Tensor], list[Tensor]]:
    """The nodes made since `start`, and what they read that was there before."""
    nodes, free = {}, {}
    waiting = list(outputs)
    while waiting:
        x = waiting.pop()
        if x.serial < start:
            if x.root != UNTRACKED:
                free[x.serial] = x
        elif x.op is not None and x.serial not in nodes:
            nodes[x.serial] = x
            waiting.extend(x.inputs)
    return by_age(nodes), by_age(free)


def by_age(tensors: dict[int, Tensor]) -> list[Tensor]:
    """Tensors by serial, in topological order."""
    return [tensors[serial] for serial in sorted(tensors)]


def fresh(who: str, x: Tensor) -> Tensor:
    """A tensor of equal value, or a symbol, that results are traced back to."""
    check_not_freed(x, who)
    return as_variable(detached(x))


def graphs_of(**calls: Call) -> tuple[list[Tensor], dict[str, Graph]]:
    """What several calls close over together, and their graphs, which all take it."""
    free = by_age({x.serial: x for call in calls.values() for x in call.free})
    graphs = {name: replace(call, free=free).graph() for name, call in calls.items()}
    return free, graphs


def as_op(op: Op, call: Call, inputs: Sequence[Tensor], **attrs: Any) -> Any:
    """What a call returned, as the results of one op that holds its graph.

    Raises
    ------
    DeviceError
        If inputs and results do not lie on one device.
    """
    outs = call.outputs
    place = common_device(op.name, [*inputs, *outs]) if outs else HOST
    root = min((x.root for x in inputs), default=UNTRACKED)
    if root == UNTRACKED:
        return tree.unflatten(call.structure, [detached(x) for x in outs])
    is_known = all(x.data is not None for x in outs)
    shapes: Any = tuple(x.shape for x in outs)
    dtypes: Any = tuple(x.dtype for x in outs)
    data = tuple(x.data for x in outs) if is_known else None
    attrs = {"body": call.graph(), **attrs}
    node = Tensor(data, shapes, dtypes, op, tuple(inputs), attrs, root, place)
    return tree.unflatten(call.structure, results(node))
