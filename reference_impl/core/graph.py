"""The static graph: what a function does, without the function.

`capture` calls a function once with symbols in place of tensors. The results remember
how they were made, and that is the graph: a `Graph` only names its two ends. Nodes
that already have data are constants of the graph.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import tree
from .draw import as_dot, as_mermaid
from .elements import tensor
from .errors import CaptureError, MappingError
from .location import name_line
from .scope import Scope, current_record, recording
from .show import as_text, type_of
from .tensor import Tensor, now, symbol_like

FORMS = {"text": as_text, "mermaid": as_mermaid, "dot": as_dot}


@dataclass(frozen=True, eq=False)
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
    scopes : tuple of Scope
        In the order in which they were entered.
    node_names : mapping of int to str
        Of the nodes that have a name of their own, by serial.
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    structure: tree.Structure
    scopes: tuple[Scope, ...] = ()
    node_names: Mapping[int, str] = field(default_factory=dict)

    def nodes(self) -> list[Tensor]:
        """The computed tensors in an order in which they can be computed."""
        # An input may have been computed from something; that is not our business.
        seen, found, waiting = {x.serial for x in self.inputs}, [], list(self.outputs)
        while waiting:
            node = waiting.pop()
            if node.serial in seen or node.data is not None:
                continue
            seen.add(node.serial)
            if node.op is not None:
                found.append(node)
            waiting.extend(node.inputs)
        return sorted(found, key=lambda node: node.serial)

    def constants(self) -> list[Tensor]:
        """The tensors with data that nodes and outputs read."""
        given = {x.serial for x in self.inputs}
        read = [x for node in self.nodes() for x in node.inputs]
        found = {x.serial: x for x in (*read, *self.outputs) if x.data is not None}
        return [x for serial, x in found.items() if serial not in given]

    def scope_names(self) -> dict[int, str]:
        """The innermost scope of every node that is inside of one, by serial."""
        serials = [node.serial for node in self.nodes()]
        return {
            serial: scope.name
            for scope in self.scopes  # an inner one comes later and overwrites
            for serial in serials[slice(*scope.interval(serials))]
        }

    def apply(self, *tensors: Tensor) -> list[Tensor]:
        """Apply every op anew; unlike a replay this can be differentiated."""
        values = self.applied(*tensors)
        return [values.get(x.serial, x) for x in self.outputs]

    def applied(self, *tensors: Tensor) -> dict[int, Tensor]:
        """What every node, found by its serial, is for other inputs."""
        needed = [type_of(x) for x in self.inputs]
        came = [type_of(x) for x in tensors]
        if needed != came:
            raise CaptureError(
                f"{self.name}: the graph takes {', '.join(needed) or 'nothing'}; "
                f"{', '.join(came) or 'nothing'} came"
            )
        values = dict(zip((x.serial for x in self.inputs), tensors, strict=True))
        record = current_record()
        names = self.scope_names() if record is not None and self.scopes else {}
        for node in self.nodes():
            inputs = (values.get(x.serial, x) for x in node.inputs)
            before = now() if names else 0
            values[node.serial] = node.op(*inputs, **node.attrs)
            if record is not None and node.serial in names:
                name = record.path(names[node.serial])
                record.scopes.append(Scope(name, before, now()))
        return values

    def show(self, form: str = "text") -> str:
        """The graph for a person's eyes.

        Parameters
        ----------
        form : "text", "mermaid" or "dot"
            A line for each node, its result's type at the right; or the source text of
            a drawing, which Mermaid or Graphviz sets.

        Raises
        ------
        CaptureError
            If there is no such form.
        """
        if form not in FORMS:
            raise CaptureError(
                f"show: one of {', '.join(FORMS)} is needed, {form!r} came"
            )
        return FORMS[form](self)

    def __str__(self) -> str:
        return self.show()


def check_graph(who: str, graph: Any) -> None:
    """Raise a `CaptureError` if what came is no graph."""
    if not isinstance(graph, Graph):
        raise CaptureError(
            f"{who}: a graph is needed, {type(graph).__name__} came; "
            f"`capture(function, *args)` makes one of a function"
        )


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
    MappingError
        What the function raises, with the user's line at the end of the message; a
        `NoValueError` if it asks for a value that is not known yet.
    CaptureError
        If the function returns something other than tensors and real numbers, or reads
        a tensor that an enclosing derivative or capture is about.
    """
    leaves, structure = tree.flatten(args)
    start = now()  # what is younger was made in this capture
    symbols = [symbol_like(x) if is_array(x) else x for x in leaves]
    result, scopes = _recorded(function, tree.unflatten(structure, symbols))
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
        scopes=scopes,
    )
    _check_closed(graph, start)
    return graph


def _recorded(
    function: Callable[..., Any], args: Sequence[Any]
) -> tuple[Any, tuple[Scope, ...]]:
    """What a function returns, and the scopes that it entered."""
    is_inside = current_record() is not None
    with recording() as record:
        try:
            return function(*args), tuple(record.scopes)
        except MappingError as error:
            if not is_inside:  # the outermost capture sees the whole way down
                name_line(error)
            raise


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
