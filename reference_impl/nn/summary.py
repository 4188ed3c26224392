"""What a model consists of: its layers with their results, sizes and costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core import tree
from ..core.cost import node_operations, operations
from ..core.dtype import as_dtype, float32
from ..core.graph import Graph, capture
from ..core.scope import Scope
from ..core.shape import Shape, checked_sizes
from ..core.show import type_of
from ..core.tensor import Tensor, symbol
from .parts import partition

_TITLES = ("layer", "kind", "result", "parameters", "bytes", "operations")
_TEXTS = 3  # the first columns, which stand at the left


@dataclass(frozen=True)
class Row:
    """A layer: its path, its class, the type of its result, and what it costs.

    Attributes
    ----------
    parameters : int
        Numbers that are trained; None for a scope that is no layer of the model.
    nbytes : int
        The size of parameters and statistics in bytes; None as well.
    operations : int
        On numbers, for one call; see `core/cost.py`.
    """

    name: str
    kind: str
    result: str
    parameters: int | None
    nbytes: int | None
    operations: int


@dataclass(frozen=True)
class Summary:
    """The layers of a model in the order in which data passes them, and all of it.

    What a row says of a layer includes the layers inside of it. A tensor that stands in
    several places is one parameter, which counts once in every row.
    """

    rows: tuple[Row, ...]
    total: Row

    def __str__(self) -> str:
        cells = [_TITLES, *(_cells(row) for row in (*self.rows, self.total))]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [_line(row, widths) for row in cells]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    __repr__ = __str__


def _cells(row: Row) -> tuple[str, ...]:
    depth = row.name.count("/")
    counts = (row.parameters, row.nbytes, row.operations)
    name = "  " * depth + row.name.rpartition("/")[2]
    texts = ("" if count is None else f"{count:,}" for count in counts)
    return (name, row.kind, row.result, *texts)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    left = [f"{cell:<{w}}" for cell, w in zip(cells, widths, strict=False)][:_TEXTS]
    right = [f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=True)][_TEXTS:]
    return "  ".join((*left, *right)).rstrip()


def summary(model: Any, shape: Shape, *, dtype: Any = float32) -> Summary:
    """The layers of a model, for inputs of some shape and dtype.

    Nothing is computed: the model is captured. A layer has a row of its own if it is
    called in a `scope` of its name, as parts of the layers here are. Any other scope
    has one, too, which says what is computed there.

    Raises
    ------
    MappingError
        What the model raises for such inputs.
    """
    sizes = checked_sizes(shape, who="summary")
    inputs = symbol(sizes, as_dtype(dtype))
    graph = capture(lambda model, x: model(x), model, inputs)
    rows = [_row(graph, scope, model) for scope in graph.scopes]
    results = ", ".join(map(type_of, graph.outputs))
    name = type(model).__name__
    total = Row("all", name, results, *_sizes(model), operations(graph))
    return Summary(tuple(rows), total)


def _row(graph: Graph, scope: Scope, model: Any) -> Row:
    nodes = graph.nodes()
    inside = nodes[slice(*scope.interval([node.serial for node in nodes]))]
    layer = _found(model, scope.name.split("/"))
    # A layer that changes nothing, such as a dropout after training, makes no node.
    result = type_of(inside[-1]) if inside else "as it came"
    kind, parameters, nbytes = ("", None, None)
    if layer is not None:
        kind, (parameters, nbytes) = _kind(layer), _sizes(layer)
    cost = sum(map(node_operations, inside))
    return Row(scope.name, kind, result, parameters, nbytes, cost)


def _kind(layer: Any) -> str:
    """The class of a layer, or the function of one that has nothing else."""
    function = getattr(layer, "function", layer)
    function = getattr(function, "func", function)  # that of a `partial`
    return getattr(function, "__name__", type(function).__name__)


def _found(part: Any, path: Sequence[str]) -> Any:
    """The layer at a path of names, or nothing if there is none, or no single one."""
    for name in path:
        parts = {id(each): each for each in _named(part, name)}
        part = next(iter(parts.values())) if len(parts) == 1 else None
    return part


def _named(part: Any, name: str) -> list[Any]:
    """What has a name in a part, or else in the parts of it that no scope names.

    Such parts are the dict of a `Sequential`, or one that is called without a scope.
    """
    inside = {str(key): child for key, child in (tree.children(part) or {}).items()}
    if name in inside:
        return [inside[name]]
    return [found for child in inside.values() for found in _named(child, name)]


def _sizes(part: Any) -> tuple[int, int]:
    """How many parameters, and how many bytes with the statistics."""
    params, _ = partition(part)
    trained, all_of_them = _tensors(params), _tensors(part)
    return sum(x.size for x in trained), sum(x.nbytes for x in all_of_them)


def _tensors(part: Any) -> list[Tensor]:
    """The tensors of a tree, each of them once."""
    leaves = {id(leaf): leaf for leaf in tree.flatten(part)[0]}
    return [x for x in leaves.values() if isinstance(x, Tensor)]
