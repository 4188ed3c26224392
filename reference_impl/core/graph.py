"""The static graph: what a function does, without the function.

`capture` calls a function once with symbols in place of tensors. The results remember
how they were made, and that is the graph: a `Graph` only names its two ends. Nodes
that already have data are constants of the graph.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import tree
from .dtype import bool_
from .errors import CaptureError
from .tensor import FREED, Tensor, symbol, tensor


@dataclass(frozen=True)
class Graph:
    """Inputs and outputs; what lies between is found by walking.

    Attributes
    ----------
    name : str
    inputs, outputs : tuple of Tensor
    input_names, output_names : tuple of str
        Paths into the function's arguments and result, such as `params.hidden.bias`.
    structure : tree.Structure
        Of the function's result.
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    structure: tree.Structure

    def nodes(self) -> list[Tensor]:
        """The computed tensors in an order in which they can be computed."""
        seen, found, waiting = set(), [], list(self.outputs)
        while waiting:
            node = waiting.pop()
            if node.serial in seen or node.data is not None:
                continue
            seen.add(node.serial)
            if node.op is not None:
                found.append(node)
            waiting.extend(node.inputs)
        return sorted(found, key=lambda node: node.serial)

    def apply(self, *tensors: Tensor) -> list[Tensor]:
        """Apply every op anew; unlike a replay this can be differentiated."""
        values = dict(zip((x.serial for x in self.inputs), tensors, strict=True))
        for node in self.nodes():
            inputs = (values.get(x.serial, x) for x in node.inputs)
            values[node.serial] = node.op(*inputs, **node.attrs)
        return [values.get(x.serial, x) for x in self.outputs]

    def show(self) -> str:
        """The graph as text: a line for each node, its result's type at the right."""
        label = {
            x.serial: n for x, n in zip(self.inputs, self.input_names, strict=True)
        }
        lines: list[tuple[str, str]] = []
        for node in self.nodes():
            operands = [_operand(x, label) for x in node.inputs]
            operands += [f"{name}={_attribute(v)}" for name, v in node.attrs.items()]
            label[node.serial] = f"%{len(lines)}"
            call = f"{label[node.serial]:>4} = {node.op.name}({', '.join(operands)})"
            lines.append((call, _type(node)))
        width = max((len(call) for call, _ in lines), default=0)
        outputs = zip(self.output_names, self.outputs, strict=True)
        return "\n".join(
            [
                f"{self.name}(",
                *(f"    {label[x.serial]}: {_type(x)}," for x in self.inputs),
                "):",
                *(f"{call:<{width}}  {kind}" for call, kind in lines),
                "return",
                *(f"    {name} = {_operand(x, label)}" for name, x in outputs),
            ]
        )

    def __str__(self) -> str:
        return self.show()


def _type(x: Tensor) -> str:
    return f"{x.dtype}{list(x.shape)}"


def _attribute(attribute: Any) -> str:
    return str(attribute) if isinstance(attribute, np.dtype) else repr(attribute)


def _operand(x: Tensor, label: dict[int, str]) -> str:
    if x.serial in label:
        return label[x.serial]
    if x.data is FREED:
        return "<freed>"
    assert x.data is not None
    if x.size and (x.data == x.data.flat[0]).all():
        return str(x.data.flat[0])
    return f"<{_type(x)}>"


def capture(function: Callable[..., Any], *args: Any) -> Graph:
    """The graph of a function for arguments of these shapes and dtypes.

    Parameters
    ----------
    function : callable
        Of trees. It is called once. What it does besides applying ops, it does then.
    *args : trees
        Tensors and NumPy arrays become inputs of the graph. Python numbers, strings
        and `None` stay what they are.

    Raises
    ------
    NoValueError
        If the function asks for a value that is not known yet.
    CaptureError
        If the function returns something other than tensors and numbers, or reads a
        tensor that an enclosing derivative or capture is about.
    """
    leaves, structure = tree.flatten(args)
    start = symbol((), bool_).serial  # what is younger was made in this capture
    symbols = [symbol(x.shape, x.dtype) if is_array(x) else x for x in leaves]
    result = function(*tree.unflatten(structure, symbols))
    outputs, out_structure = tree.flatten(result)
    for name, x in zip(tree.names(result), outputs, strict=True):
        if not isinstance(x, (Tensor, np.ndarray, np.generic, bool, int, float)):
            raise CaptureError(
                f"capture: a function must return trees of tensors and numbers; "
                f"{name} is a {type(x).__name__}"
            )
    chosen = [i for i, x in enumerate(leaves) if is_array(x)]
    names = _argument_names(function, args)
    graph = Graph(
        name=getattr(function, "__name__", "function"),
        inputs=tuple(symbols[i] for i in chosen),
        outputs=tuple(tensor(x) for x in outputs),
        input_names=tuple(names[i] for i in chosen),
        output_names=tuple(tree.names(result)),
        structure=out_structure,
    )
    _check_closed(graph, start)
    return graph


def is_array(leaf: Any) -> bool:
    """Whether a leaf of an argument is data of a graph rather than part of its text."""
    return isinstance(leaf, (Tensor, np.ndarray, np.generic))


def _argument_names(function: Callable[..., Any], args: Sequence[Any]) -> list[str]:
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values() if p.kind not in kinds]
    names = []
    for index, arg in enumerate(args):
        parameter = parameters[min(index, len(parameters) - 1)]
        name = parameter.name
        if parameter.kind is parameter.VAR_POSITIONAL:
            name = f"{name}.{index - len(parameters) + 1}"
        names += tree.names({name: arg})
    return names


def _check_closed(graph: Graph, start: int) -> None:
    """Everything must come from the graph's inputs and from constants."""
    inside = {x.serial for x in graph.inputs}
    read = [x for node in graph.nodes() for x in node.inputs]
    for x in (*read, *graph.outputs):
        is_symbol = x.data is None and x.op is None and x.serial not in inside
        is_variable = x.data is not None and x.root < start
        if is_symbol or is_variable:
            raise CaptureError(
                f"capture: {graph.name} reads a tensor of shape {x.shape} from outside "
                f"that an enclosing derivative or capture is about; pass it as an "
                f"argument"
            )
