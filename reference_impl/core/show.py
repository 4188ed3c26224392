"""A graph as text: a line for each node, as a person would write it down.

`labels` names what a graph computes and `call` writes one node; the drawings of
`draw.py` use both, so text and drawings call a node by the same name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .tensor import FREED, Tensor

if TYPE_CHECKING:
    from .graph import Graph

INDENT = "    "


def as_text(graph: Graph) -> str:
    """The graph as text: inputs, a line for each node, outputs.

    The type of a node's result stands at the right, then its scope, if it is in one. A
    graph that is an attribute of a node follows that node's line, indented.
    """
    label, scopes = labels(graph), graph.scope_names()
    nodes = shown_nodes(graph)
    calls = [f"{label[node.serial]:>4} = {call(node, label)}" for node in nodes]
    types = [type_of(node) for node in nodes]
    call_width, type_width = (max(map(len, x), default=0) for x in (calls, types))
    lines = []
    for node, left, kind in zip(nodes, calls, types, strict=True):
        scope = scopes.get(node.serial, "")
        line = f"{left:<{call_width}}  {kind:<{type_width}}  {scope}"
        lines.append(line.rstrip())
        for name, inner in nested_graphs(node.attrs):
            text = f"{name}: {as_text(inner)}"
            lines += [f"{INDENT}  {each}" for each in text.splitlines()]
    outputs = zip(graph.output_names, graph.outputs, strict=True)
    return "\n".join(
        [
            f"{graph.name}(",
            *(f"{INDENT}{label[x.serial]}: {type_of(x)}," for x in graph.inputs),
            "):",
            *lines,
            "return",
            *(f"{INDENT}{name} = {operand(x, label)}" for name, x in outputs),
        ]
    )


def labels(graph: Graph) -> dict[int, str]:
    """What inputs and nodes are called, by serial: `x`, `%0`, `%1`.

    Of an op with several results it is the results that are numbered: the node that
    computes them is called by their names, and one that nobody reads is a `_`.
    """
    label = {
        x.serial: name for x, name in zip(graph.inputs, graph.input_names, strict=True)
    }
    nodes = graph.nodes()
    picked: dict[int, dict[int, list[Tensor]]] = {}
    for node in nodes:
        if is_pick(node):
            of_bundle = picked.setdefault(node.inputs[0].serial, {})
            of_bundle.setdefault(node.attrs["index"], []).append(node)
    count = 0
    for node in nodes:
        if isinstance(node.dtype, tuple):
            names = ["_"] * len(node.dtype)
            for index, picks in sorted(picked.get(node.serial, {}).items()):
                names[index] = f"%{count}"
                label.update((pick.serial, names[index]) for pick in picks)
                count += 1
            label[node.serial] = ", ".join(names)
        elif node.serial not in label:
            label[node.serial] = f"%{count}"
            count += 1
    return label


def is_pick(node: Tensor) -> bool:
    """Whether a node takes one of several results out of another node."""
    return node.op.name == "pick" and isinstance(node.inputs[0].dtype, tuple)


def shown_nodes(graph: Graph) -> list[Tensor]:
    """The nodes that have a line; taking out one of several results needs none."""
    return [node for node in graph.nodes() if not is_pick(node)]


def call(node: Tensor, label: Mapping[int, str]) -> str:
    """How a node is computed: `sum(%1, axes=(0,))`."""
    operands = [operand(x, label) for x in node.inputs]
    operands += [f"{name}={attribute(v)}" for name, v in node.attrs.items()]
    return f"{node.op.name}({', '.join(operands)})"


def operand(x: Tensor, label: Mapping[int, str]) -> str:
    """What a node reads: its name, or of a constant its value, if there is only one."""
    if x.serial in label:
        return label[x.serial]
    if x.data is FREED:
        return "<freed>"
    number = uniform_value(x)
    return f"<{type_of(x)}>" if number is None else str(number)


def uniform_value(x: Tensor) -> Any:
    """The element that all elements of a constant equal, or nothing."""
    if x.data is None or x.data is FREED or not x.size:
        return None
    array = x.device.get(x.data)
    first = array.flat[0]
    are_equal = array == first if first == first else array != array  # NaN
    return first if are_equal.all() else None


def type_of(x: Tensor) -> str:
    """The type of a result, `float32[4, 2]`, or those of several."""
    if isinstance(x.dtype, tuple):
        parts = zip(x.dtype, x.shape, strict=True)
        return ", ".join(f"{dtype}{list(shape)}" for dtype, shape in parts)
    return f"{x.dtype}{list(x.shape)}"


def attribute(value: Any) -> str:
    """An attribute of a node as short text; graphs and functions by their names."""
    if isinstance(value, (list, tuple)):
        parts = ", ".join(map(attribute, value))
        if isinstance(value, list):
            return f"[{parts}]"
        return f"({parts},)" if len(value) == 1 else f"({parts})"
    if isinstance(value, np.dtype):
        return str(value)
    if is_graph(value):
        return value.name
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    return repr(value)


def nested_graphs(attrs: Mapping[str, Any]) -> list[tuple[str, Graph]]:
    """The graphs among the attributes of a node, with the attributes' names."""
    return [(name, x) for name, value in attrs.items() for x in _graphs_in(value)]


def _graphs_in(value: Any) -> Iterator[Graph]:
    if is_graph(value):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _graphs_in(each)


def is_graph(value: Any) -> bool:
    """Whether an attribute is a graph."""
    return hasattr(value, "input_names") and hasattr(value, "output_names")
