"""Passes: functions from graphs to graphs that compute the same, better.

Each is a page of its own. `optimise` runs these in turn, over and over, until none has
anything to do:

    simplify moves               algebra, of numbers and of moves
    constants                    what is known now
    common_subexpressions        what is computed twice; loops that are run twice
    dead_code                    what nobody reads
    reorder                      chains of products; before them, in turn:
      loop_invariants              what every step of a loop computes again
      loop_products                products leave loops
    expand                       softmax and others, composed for fusion

then, once, what undoes some of that:

    loop_recompute               what a loop backward computes again
    recompute                    what is computed again in the kernel that reads it

and `compile` fuses what came of it:

    fusion grouping units        one kernel for neighbours; which these are; their order

These run when they are asked for, the first before `optimise`, the second after it:

    mixed_precision              what is stored in 16 bits
    rematerialise segments       what is computed again instead of kept

All are made of these:

    rewrite loops                the walk over a graph; a scan taken apart
    liveness repetition          which results are there at once; computed again
    reports                      what each pass did

Passes rewrite values only: a derivative has been taken before, inside of what was
captured.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from ..errors import CaptureError
from ..graph import Graph, check_graph
from .common_subexpressions import common_subexpressions
from .constants import constants
from .dead_code import dead_code
from .expand import expand
from .loop_recompute import loop_recompute
from .recompute import recompute
from .reorder import reorder
from .reports import Report, report
from .rewrite import Pass
from .simplify import simplify

__all__ = ["PASSES", "Optimised", "Report", "applied", "optimise"]

PASSES: tuple[Pass, ...] = (
    simplify,  # first of all: fewer nodes for the others to look at
    constants,  # folds what is left of numbers
    common_subexpressions,  # sees equals where spellings are one by now
    dead_code,  # lets go of what merged loops no longer need
    reorder,  # needs to know what of a loop is really read
    expand,  # at the end, so that the others see whole ops
)

# Once, at the end: what undoes what the passes above look for.
AFTERWARDS: tuple[Pass, ...] = (
    loop_recompute,  # makes sequences fewer
    recompute,  # looks for the fullest place, which those may have moved
)

# Passes of which each finds what the other made, over and over, stop here.
MOST_ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Optimised(Graph):
    """A graph that passes have rewritten, with a report of each that did something."""

    reports: tuple[Report, ...] = ()


def optimise(
    graph: Graph,
    passes: Sequence[Pass] = PASSES,
    afterwards: Sequence[Pass] = AFTERWARDS,
) -> Optimised:
    """The graph of equal results, rewritten until no pass finds anything to do.

    Parameters
    ----------
    graph : Graph
        Its inputs and outputs keep their names, order, shapes and dtypes.
    passes : sequence of functions from graph to graph
        In their order; by default all there are.
    afterwards : sequence of functions from graph to graph
        What is done once, when the others have nothing more to do.

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
    for given in (passes, afterwards):
        if not isinstance(given, Sequence) or not all(map(callable, given)):
            raise CaptureError(
                f"optimise: a sequence of functions from graph to graph is needed, "
                f"{given!r:.60} came"
            )
    reports: list[Report] = []
    graph = _settled(passes, graph, reports)
    for each in afterwards:
        graph = _applied(each, graph, reports)
    parts: dict[str, Any] = {x.name: getattr(graph, x.name) for x in fields(Graph)}
    return Optimised(**parts, reports=tuple(reports))


def _settled(passes: Sequence[Pass], graph: Graph, reports: list[Report]) -> Graph:
    """The graph in which no pass finds anything to do any more."""
    waiting = deque(each for _ in range(MOST_ROUNDS) for each in passes)
    idle = 0  # how many passes in a row have found nothing to do
    while waiting and idle < len(passes):
        done = _applied(waiting.popleft(), graph, reports)
        idle = idle + 1 if done is graph else 0
        graph = done
    return graph


def _applied(each: Pass, graph: Graph, reports: list[Report]) -> Graph:
    """What a pass made of a graph, with a report of it."""
    after = applied("optimise", each, graph)
    if after is not graph:
        reports.append(report(_name(each), graph, after))
    return after


def applied(who: str, each: Pass, graph: Graph) -> Graph:
    """What a pass made of a graph.

    Raises
    ------
    CaptureError
        If that is no graph, or one with other inputs or outputs; `who` opens the
        message.
    """
    after = each(graph)
    check_graph(f"{who}: {_name(each)}", after)
    if _ends(after) != _ends(graph):
        raise CaptureError(
            f"{who}: {_name(each)} must keep inputs and outputs: {_ends(graph)} became "
            f"{_ends(after)}"
        )
    return after


def _name(each: Pass) -> str:
    return getattr(each, "__name__", repr(each))


def _ends(graph: Graph) -> tuple[Any, ...]:
    ends = zip(
        (*graph.input_names, *graph.output_names),
        (*graph.inputs, *graph.outputs),
        strict=True,
    )
    return tuple((name, str(x.dtype), x.shape) for name, x in ends)
