"""The pullback of a graph as a graph, and its residuals: what it reads of the first.

A loop that will be walked down keeps the residuals of its steps, so that none of them
is computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from . import tree
from .body import pulled
from .closure import Arguments, Call, by_age, traced
from .graph import Graph
from .tensor import UNTRACKED, Tensor, symbol_like


def pullback_of(graph: Graph, g: Sequence[Any]) -> Call:
    """The pullback of a graph for cotangents of its outputs, `None` where none comes.

    What it closes over are tensors of the graph: the residuals, and inputs.
    """
    like = [
        None if each is None else x for x, each in zip(graph.outputs, g, strict=True)
    ]
    call = traced(
        lambda g: pulled(graph.outputs, g, graph.inputs, start=UNTRACKED),
        Arguments((like,)),
        symbol_like,
        name="pullback",
    )
    return _with_bundles(call)


def _with_bundles(call: Call) -> Call:
    """The call, in which ops with several results are done again.

    Their node is no tensor that could be kept.
    """
    nodes, free = {x.serial: x for x in call.nodes}, {}
    waiting = list(call.free)
    while waiting:
        x = waiting.pop()
        if isinstance(x.dtype, tuple):
            nodes[x.serial] = x
            waiting.extend(x.inputs)
        elif x.root != UNTRACKED:
            free[x.serial] = x
    return replace(call, nodes=by_age(nodes), free=by_age(free))


def with_outputs(graph: Graph, residuals: Sequence[Tensor]) -> Graph:
    """The graph that puts out some of its tensors besides."""
    former = tree.unflatten(graph.structure, graph.outputs)
    result = {"result": former, "residuals": list(residuals)}
    outputs, structure = tree.flatten(result)
    names = tuple(tree.names(result))
    return replace(
        graph, outputs=tuple(outputs), output_names=names, structure=structure
    )
