"""Passes: functions from graphs to graphs that compute the same, better.

Each is a page of its own, and they can be read in this order:

    rewrite loops                the walk that all are made of; a scan taken apart
    simplify constants           algebra; what can be computed now
    common_subexpressions        what is computed twice; loops that are run twice
    dead_code                    what nobody reads
    loop_invariants              what every step of a loop computes again
    loop_products reorder        products leave loops; chains of products
    expand                       softmax and others, composed for fusion

`optimise` applies them in turn, round by round, until none finds anything to do. It
rewrites values only: a derivative has been taken before, inside of what was captured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ..cost import operations
from ..errors import CaptureError
from ..graph import Graph, check_graph
from ..show import nested_graphs
from .common_subexpressions import common_subexpressions
from .constants import constants
from .dead_code import dead_code
from .expand import expand
from .reorder import reorder
from .rewrite import Pass
from .simplify import simplify

__all__ = ["PASSES", "Optimised", "Report", "optimise"]

PASSES: tuple[Pass, ...] = (
    simplify,  # first of all: fewer nodes for the others to look at
    constants,  # folds what is left of numbers
    common_subexpressions,  # sees equals where spellings are one by now
    dead_code,  # lets go of what merged loops no longer need
    reorder,  # needs to know what of a loop is really read
    expand,  # at the end, so that the others see whole ops
)

# Passes of which each finds what the other made, over and over, stop here.
MOST_ROUNDS = 8


@dataclass(frozen=True)
class Report:
    """What one pass did: nodes and operations before and after, those inside too."""

    name: str
    round: int
    nodes_before: int
    nodes_after: int
    operations_before: int
    operations_after: int
    summary: str
    """What there is more or less of: `-6 identity, -1 scan, +2 slice`."""

    def __str__(self) -> str:
        nodes = f"{self.nodes_before} -> {self.nodes_after} nodes"
        return f"{self.name}: {nodes}: {self.summary}"


@dataclass(frozen=True, eq=False)
class Optimised(Graph):
    """A graph that passes have rewritten, with a report of each that did something."""

    reports: tuple[Report, ...] = ()


def optimise(graph: Graph, passes: Sequence[Pass] = PASSES) -> Optimised:
    """The graph of equal results, rewritten until no pass finds anything to do.

    Parameters
    ----------
    graph : Graph
        Its inputs and outputs keep their names, order, shapes and dtypes.
    passes : sequence of functions from graph to graph
        In their order; by default all there are.

    Returns
    -------
    Optimised
        A graph, which `save_graph` writes as any other, and its `reports`.

    Raises
    ------
    CaptureError
        If what came is no graph, or a pass is no function or makes no graph of it with
        the same inputs and outputs.

    Notes
    -----
    Results are equal up to rounding: sums may be taken in another order. A derivative
    of an optimised graph would not know of `stop_gradient`, so it is taken before.
    """
    check_graph("optimise", graph)
    if not isinstance(passes, Sequence) or not all(map(callable, passes)):
        raise CaptureError(
            f"optimise: a sequence of functions from graph to graph is needed, "
            f"{passes!r:.60} came"
        )
    reports: list[Report] = []
    settled = 0  # how many passes in a row have found nothing to do
    for number in range(MOST_ROUNDS * len(passes)):
        each = passes[number % len(passes)]
        after = _checked(each, graph)
        settled += 1
        if after is not graph:
            reports.append(_report(each, number // len(passes) + 1, graph, after))
            graph, settled = after, 0
        if settled == len(passes):
            break
    parts: dict[str, Any] = {x.name: getattr(graph, x.name) for x in fields(Graph)}
    return Optimised(**parts, reports=tuple(reports))


def _checked(each: Callable[..., Any], graph: Graph) -> Graph:
    """What a pass made of a graph, which must have the same ends."""
    after = each(graph)
    name = getattr(each, "__name__", repr(each))
    check_graph(f"optimise: {name}", after)
    if _ends(after) != _ends(graph):
        raise CaptureError(
            f"optimise: {name} must keep inputs and outputs: {_ends(graph)} became "
            f"{_ends(after)}"
        )
    return after


def _ends(graph: Graph) -> tuple[Any, ...]:
    ends = zip(
        (*graph.input_names, *graph.output_names),
        (*graph.inputs, *graph.outputs),
        strict=True,
    )
    return tuple((name, str(x.dtype), x.shape) for name, x in ends)


def _report(each: Pass, round_number: int, before: Graph, after: Graph) -> Report:
    were, are = _ops(before), _ops(after)
    return Report(
        name=getattr(each, "__name__", repr(each)),
        round=round_number,
        nodes_before=were.total(),
        nodes_after=are.total(),
        operations_before=operations(before),
        operations_after=operations(after),
        summary=_summary(were, are)
        or _summary(_ends_inside(before), _ends_inside(after)),
    )


def _summary(were: Counter[str], are: Counter[str]) -> str:
    changes = {name: are[name] - were[name] for name in sorted({*were, *are})}
    return ", ".join(f"{by:+} {name}" for name, by in changes.items() if by)


def _ends_inside(graph: Graph) -> Counter[str]:
    """How much nodes read, and how much is read and put out by graphs inside."""
    count: Counter[str] = Counter()
    for node in graph.nodes():
        count["operands"] += len(node.inputs)
        for _, body in nested_graphs(node.attrs):
            count["results of graphs inside"] += len(body.outputs)
            count += _ends_inside(body)
    return count


def _ops(graph: Graph) -> Counter[str]:
    """How many nodes of every op a graph has, inside of its nodes as well."""
    count: Counter[str] = Counter()
    for node in graph.nodes():
        count[node.op.name] += 1
        for _, body in nested_graphs(node.attrs):
            count += _ops(body)
    return count
