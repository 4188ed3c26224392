"""A graph as a JSON document."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ...core import tree
from ...core.dtype import as_dtype
from ...core.errors import CaptureError
from ...core.graph import Graph
from ...core.op import PRIMITIVES
from ...core.shape import Shape
from ...core.tensor import Tensor, value

# How attributes of these kinds are taken apart.
_PARTS: dict[type, Any] = {
    list: iter,
    tuple: iter,
    dict: dict.items,
    complex: lambda x: (x.real, x.imag),
    slice: lambda x: (x.start, x.stop, x.step),
}


class Writer:
    """Documents of graphs, nested ones as well, that share a list of constants."""

    def __init__(self) -> None:
        self.constants: list[Tensor] = []
        self._places: dict[int, str] = {}

    def graph(self, graph: Graph) -> dict[str, Any]:
        """The document of one graph."""
        nodes = graph.nodes()
        serials = [node.serial for node in nodes]
        place = {x.serial: f"i{i}" for i, x in enumerate(graph.inputs)}
        place |= {serial: f"n{i}" for i, serial in enumerate(serials)}
        inputs = zip(graph.input_names, graph.inputs, strict=True)
        outputs = zip(graph.output_names, graph.outputs, strict=True)
        scopes = ((s.name, *s.interval(serials)) for s in graph.scopes)
        return {
            "name": graph.name,
            "inputs": [{"name": name, **type_record(x)} for name, x in inputs],
            "nodes": [self._node(x, place, graph.node_names) for x in nodes],
            "outputs": [
                {"name": name, "from": self._place(x, place)} for name, x in outputs
            ],
            "structure": self._structure(graph.structure),
            "scopes": [
                [name, first, end] for name, first, end in scopes if first < end
            ],
        }

    def _node(self, node: Tensor, place: dict[int, str], names: Any) -> dict[str, Any]:
        op = node.op
        if op.name not in PRIMITIVES or PRIMITIVES[op.name] is not op:
            raise CaptureError(f"save_graph: {op!r} is not among the primitives")
        attrs = {
            name: self._json(x, f"attribute {name} of {op.name}")
            for name, x in node.attrs.items()
        }
        inputs = [self._place(x, place) for x in node.inputs]
        record = {"op": op.name, "inputs": inputs, "attrs": attrs, **type_record(node)}
        name = names.get(node.serial)
        return record if name is None else record | {"name": name}

    def _place(self, x: Tensor, place: dict[int, str]) -> str:
        if x.serial in place:
            return place[x.serial]
        if x.serial not in self._places:
            value(x, "save_graph")
            self._places[x.serial] = f"c{len(self.constants)}"
            self.constants.append(x)
        return self._places[x.serial]

    def _structure(self, structure: tree.Structure) -> Any:
        if structure.is_leaf or structure.kind is type(None):
            return "leaf" if structure.is_leaf else None
        kind: Any = structure.kind
        children: list[Any] = [self._structure(child) for child in structure.children]
        base = next((k for k in (list, tuple) if issubclass(kind, k)), dict)
        if base is dict:
            keys = [self._json(key, "a key of the result") for key in structure.keys]
            children = [list(pair) for pair in zip(keys, children, strict=True)]
        record: dict[str, Any] = {base.__name__: children}
        if kind is not base:
            record["class"] = f"{kind.__module__}.{kind.__qualname__}"
        return record

    def _json(self, x: Any, who: str) -> Any:
        """An attribute: itself, or an object with one key that says what it is."""
        kind = type(x)
        if x is None or kind in (bool, int, str):
            return x
        if kind is float:
            return x if math.isfinite(x) else {"float": repr(x)}
        if x is ...:
            return {"ellipsis": None}
        if isinstance(x, np.dtype):
            return {"dtype": str(as_dtype(x))}
        if isinstance(x, Graph):
            return {"graph": self.graph(x)}
        if kind not in _PARTS:
            raise CaptureError(
                f"save_graph: {who} is a {kind.__name__}, which no file can hold"
            )
        return {kind.__name__: [self._json(part, who) for part in _PARTS[kind](x)]}


def type_record(x: Tensor) -> dict[str, Any]:
    """Shape and dtype of a tensor; lists of them for an op with several results."""
    if isinstance(x.dtype, tuple):
        shapes: Any = x.shape
        return {"shape": [*map(_sizes, shapes)], "dtype": [*map(str, x.dtype)]}
    return {"shape": _sizes(x.shape), "dtype": str(x.dtype)}


def _sizes(shape: Shape) -> list[int]:
    return list(map(operator.index, shape))
