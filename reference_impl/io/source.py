"""A graph as a Python function that a person can read, run and differentiate."""

from __future__ import annotations

import itertools
import keyword
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..core import tree
from ..core.adjoint import adjoint
from ..core.graph import Graph, check_graph
from ..core.show import is_graph, type_of
from ..core.tensor import Tensor, value
from .literals import MOST_ELEMENTS, Number, constant, literal, number, tuple_text
from .spelling import Spelling, spelling

_COLUMNS = 88
_WIDEST = 52  # of the code that a comment is aligned with
_TAKEN = {"ri", "p", "constants", "complex", "float", "slice", *keyword.kwlist}


def source(graph: Graph) -> str:
    """The text of a Python module with a function that does what the graph does.

    The function takes the graph's inputs, leaf by leaf, and returns what the captured
    function returned; a dataclass becomes a dictionary, a named tuple a tuple. Where
    the graph has large constants the function also takes `constants`, which must be
    `graph.constants()`.

    Raises
    ------
    CaptureError
        If an op is not registered, or an attribute cannot be written.
    FreedError
        If a constant was freed.
    """
    check_graph("source", graph)
    module = _Module()
    module.add(graph)
    text = "\n\n\n".join(module.functions)
    alias = "p = ri.primitives\n\n\n" if re.search(r"\bp\.", text) else "\n"
    return f"import reference_impl as ri\n\n{alias}{text}\n"


def gradient(graph: Graph, argnums: int | Sequence[int] = 0) -> Graph:
    """The graph of the gradient of a graph that computes one number.

    It is for graphs what `grad` is for functions: `grad(function)` walks whenever it is
    called, `gradient(graph)` walks once, and its result can be shown, saved, written
    as `source`, and differentiated again.

    Parameters
    ----------
    argnums : int or sequence of int
        The inputs to differentiate with respect to, counted leaf by leaf.

    Returns
    -------
    Graph
        With the same inputs. Its nodes keep the names that the source of `graph` gives
        them, and a cotangent has that of its node with `g_` before it.

    Raises
    ------
    GradientError
        If the graph does not compute one floating-point number, or there is no such
        input, or it has no derivative.
    """
    check_graph("gradient", graph)
    return adjoint(graph, argnums, _Function(graph, set(), is_nested=False).names)


class _Module:
    """The functions of one file: those of nested graphs come first."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self._names: set[str] = set()  # of functions
        self._variables: set[str] = set()

    def add(self, graph: Graph, *, is_nested: bool = False) -> str:
        """Print a graph's function, and return the name it got."""
        function = _Function(graph, self._names, is_nested=is_nested)
        # A nested function's name must not be hidden by a variable of its reader.
        self._variables |= set(function.names.values())
        lines = list(function.statements(self))
        name = _unique(_identifier(graph.name), self._names | self._variables | _TAKEN)
        self._names.add(name)
        self.functions.append("\n".join([*function.head(name), *lines]))
        return name

    def attribute(self, x: Any) -> str:
        """An attribute as an expression; a graph is captured from its function."""
        if is_graph(x):
            name = self.add(x, is_nested=True)
            like = (
                f"ri.zeros({each.shape}, dtype={literal(each.dtype)})"
                for each in x.inputs
            )
            return f"ri.capture({', '.join((name, *like))})"
        if type(x) is tuple:
            return tuple_text(map(self.attribute, x))
        return literal(x)


class _Function:
    """One graph: how its nodes are spelled, which are written, what they are called."""

    def __init__(self, graph: Graph, taken: set[str], *, is_nested: bool) -> None:
        self.graph, self._is_nested = graph, is_nested
        self._spellings: dict[int, Spelling] = {}
        self._same: dict[int, Tensor] = {}  # what `identity` passes on
        nodes = graph.nodes()
        for node in nodes:
            if node.op.name == "identity":
                self._same[node.serial] = self._seen(node.inputs[0])
            else:
                self._spellings[node.serial] = spelling(node)
        live = self._live()
        self.nodes = [node for node in nodes if node.serial in live]
        self._taken = taken | _TAKEN
        self.names = self._named(self._taken)
        self._places = {x.serial: i for i, x in enumerate(graph.constants())}
        self._bound: dict[int, str] = {}

    def _seen(self, x: Tensor) -> Tensor:
        return self._same.get(x.serial, x)

    def _live(self) -> set[int]:
        """The serials that the written statements read."""
        live: set[int] = set()
        waiting = [self._seen(x) for x in self.graph.outputs]
        while waiting:
            x = waiting.pop()
            if x.serial not in live:
                live.add(x.serial)
                operands = self._operands(x)
                waiting += [each for each in operands if isinstance(each, Tensor)]
        return live

    def _operands(self, x: Tensor) -> list[Tensor | Number]:
        if x.serial not in self._spellings:
            return []
        operands = self._spellings[x.serial].operands
        return [self._seen(e) if isinstance(e, Tensor) else e for e in operands]

    def _named(self, taken: set[str]) -> dict[int, str]:
        """Names that are there already come first, then `h1`, `h2` where none is."""
        graph, names = self.graph, {}
        for x, name in zip(graph.inputs, graph.input_names, strict=True):
            names[x.serial] = _unique(_identifier(name), taken)
        wished = dict(graph.node_names)
        for x, name in zip(graph.outputs, graph.output_names, strict=True):
            if name != "value" and not name.split(".")[-1].isdigit():
                wished.setdefault(x.serial, name)
        for node in self.nodes:
            if node.serial in wished:
                name = _identifier(wished[node.serial])
                names[node.serial] = _unique(name, taken)
        # A name that the graph was derived with is not given to something else.
        taken.update(map(_identifier, graph.node_names.values()))
        numbers = (name for i in itertools.count(1) if (name := f"h{i}") not in taken)
        for node in self.nodes:
            if node.serial not in names:
                names[node.serial] = next(numbers)
        return names

    def head(self, name: str) -> list[str]:
        """The line or lines of `def`; after `statements`, which finds the constants."""
        parameters = [self.names[x.serial] for x in self.graph.inputs]
        if self._bound:
            parameters += ["*", "constants"]
        line = f"def {name}({', '.join(parameters)}):"
        if len(line) <= _COLUMNS:
            return [line]
        return [f"def {name}(", *(f"    {each}," for each in parameters), "):"]

    def statements(self, module: _Module) -> Iterator[str]:
        """The lines of the body."""
        scopes, scope = self.graph.scope_names(), ""
        lines: list[tuple[str, str]] = []
        for node in self.nodes:
            if scopes.get(node.serial, "") != scope:
                scope = scopes.get(node.serial, "")
                lines.append((f"# {_one_line(scope)}".rstrip(), ""))
            lines += self._statement(node, module)
        results = [self._text(self._seen(x)) for x in self.graph.outputs]
        lines.append((f"return {_tree(self.graph.structure, iter(results))}", ""))
        typed = [len(left) for left, right in lines if right and len(left) <= _WIDEST]
        width = max(typed, default=0)
        for left, right in (*self._bindings(), *lines):
            yield f"    {left:<{width}}  # {right}" if right else f"    {left}"

    def _statement(self, node: Tensor, module: _Module) -> list[tuple[str, str]]:
        """The line of a node and its type; a call that is too long has several."""
        spelled, kind = self._spellings[node.serial], type_of(node)
        operands = [self._text(x) for x in self._operands(node)]
        attrs = [f"{k}={module.attribute(x)}" for k, x in spelled.attrs.items()]
        name = self.names[node.serial]
        line = f"{name} = {spelled.text(operands, attrs)}"
        if len(line) + 4 <= _COLUMNS or not spelled.is_call:
            return [(line, kind)]
        arguments = [(f"    {each},", "") for each in (*operands, *attrs)]
        return [(f"{name} = {spelled.sign}(", kind), *arguments, (")", "")]

    def _bindings(self) -> list[tuple[str, str]]:
        """Names for those constants that are an argument."""
        return [
            (f"{self._bound[x.serial]} = constants[{i}]", type_of(x))
            for i, x in enumerate(self.graph.constants())
            if x.serial in self._bound
        ]

    def _text(self, x: Tensor | Number) -> str:
        """An operand: a name, a number or a constant."""
        if isinstance(x, Number):
            return f"({x.text})" if x.text.startswith("-") else x.text
        if x.serial in self.names:
            return self.names[x.serial]
        value(x, "source")
        is_short = x.size <= MOST_ELEMENTS or number(x) is not None
        # A nested function has no caller who could pass it constants.
        if is_short or self._is_nested:
            return constant(x)
        if x.serial not in self._bound:
            name = f"c{self._places[x.serial]}"
            self._bound[x.serial] = _unique(name, self._taken)
        return self._bound[x.serial]


def _tree(structure: tree.Structure, leaves: Iterator[str]) -> str:
    """A result as an expression."""
    if structure.is_leaf:
        return next(leaves)
    kind: Any = structure.kind
    if kind is type(None):
        return "None"
    children = [_tree(child, leaves) for child in structure.children]
    if issubclass(kind, list):
        return f"[{', '.join(children)}]"
    if issubclass(kind, tuple):
        return tuple_text(children)
    pairs = zip(map(literal, structure.keys), children, strict=True)
    return f"{{{', '.join(f'{key}: {child}' for key, child in pairs)}}}"


def _one_line(text: str) -> str:
    """Text for a comment; whatever would end the line is left out."""
    return "".join(x for x in text if x.isprintable())


def _identifier(name: str) -> str:
    """A path such as `params.0.bias` as a name: `params_0_bias`."""
    name = name.replace("<lambda>", "function")
    made = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return made if made.isidentifier() else f"x{made}"


def _unique(name: str, taken: set[str]) -> str:
    """A name that nothing else has, which is taken from now on."""
    others = (f"{name}_{i}" for i in itertools.count(2))
    made = next(x for x in itertools.chain([name], others) if x not in taken)
    taken.add(made)
    return made
