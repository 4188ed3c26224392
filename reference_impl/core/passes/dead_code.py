"""Dead code: what nobody reads is not computed.

A graph is what its outputs lead to, so a dead node vanishes by itself. What remains are
the parts of a node that holds graphs: results that nobody picks, and inputs that the
graphs do not read. A carry of a loop may seem to be alive because the loop itself reads
it; it is dead if that only serves to compute it.

    _, %0 = scan(0.0, 0.0, xs, ...)           _, %0 = scan(0.0, xs, ...)
      n, h -> n + 1, tanh(h + x), h   becomes   h -> tanh(h + x), h

Liveness is a fixed point: alive is what is read outside, and what leads to what is
alive. What the loops of two ops with other rules hold, `custom_jvp` and `custom_vjp`,
stays whole: their rules speak of all arguments and results.

Source: Kennedy 1981; Aho, Lam, Sethi and Ullman 2007, section 9.2.5 (live variables).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..graph import Graph
from ..show import is_pick, nested_graphs
from ..tensor import Tensor
from .loops import Scan
from .rewrite import cut_out, made, picked, rewritten

Results = tuple[Tensor | None, ...]


def dead_code(graph: Graph) -> Graph:
    """The graph without results, carries and inputs of inner graphs nobody reads."""
    read = {
        (node.inputs[0].serial, node.attrs["index"])
        for node in graph.nodes()
        if is_pick(node)
    }

    def rule(former: Tensor, node: Tensor) -> Results | None:
        pruned = _PRUNED.get(node.op.name)
        if pruned is None:
            return None
        count = len(former.shape)
        return pruned(node, [(former.serial, i) in read for i in range(count)])

    return rewritten(graph, rule, dead_code)


def _reached(graph: Graph, outputs: Iterable[Tensor]) -> set[int]:
    """The serials of all that leads to some tensors of a graph, and of these."""
    part = replace(graph, outputs=tuple(outputs))
    read = [x for node in part.nodes() for x in node.inputs]
    return {x.serial for x in (*read, *part.outputs)}


def _alive(
    wanted: Sequence[bool],
    before: Sequence[Tensor],
    reached_from: Callable[[Sequence[bool]], set[int]],
) -> tuple[list[bool], set[int]]:
    """Which carries are alive, those that are wanted at least, and what they reach."""
    alive = list(wanted)
    while True:  # once at least: a loop may carry nothing
        reached = reached_from(alive)
        pairs = zip(alive, before, strict=True)
        grown = [is_alive or x.serial in reached for is_alive, x in pairs]
        if grown == alive:
            return alive, reached
        alive = grown


def _pruned_scan(node: Tensor, is_read: Sequence[bool]) -> Results | None:
    loop = Scan.of(node)
    count = len(loop.carries)
    ys = _chosen(loop.ys, is_read[count:])

    def reached_from(alive: Sequence[bool]) -> set[int]:
        after = [carry.after for carry in _chosen(loop.carries, alive)]
        return _reached(loop.body, [*after, *ys])

    before = [carry.before for carry in loop.carries]
    alive, reached = _alive(is_read[:count], before, reached_from)
    carries = _chosen(loop.carries, alive)
    slices = [x for x in loop.slices if x.inside.serial in reached]
    free = [x for x in loop.free if x.inside.serial in reached]
    count_of_inputs = len(carries) + len(slices) + len(free)
    if count_of_inputs == len(node.inputs) and len(ys) == len(loop.ys):
        return None
    if not count_of_inputs:  # an op has at least one input
        return None
    less = replace(loop, carries=carries, slices=slices, free=free, ys=ys)
    return _at([*alive, *is_read[count:]], less.remade())


def _pruned_while(node: Tensor, is_read: Sequence[bool]) -> Results | None:
    condition, body = node.attrs["condition"], node.attrs["body"]
    count = node.attrs["carries"]

    # The two graphs name their inputs differently; a place says which are meant.
    asked = _places(condition, condition.outputs)

    def reached_from(alive: Sequence[bool]) -> set[int]:
        places = asked | _places(body, _chosen(body.outputs, alive))
        return {body.inputs[i].serial for i in places}

    alive, reached = _alive(is_read, body.inputs[:count], reached_from)
    keeps = [*alive, *(x.serial in reached for x in body.inputs[count:])]
    if all(keeps) or not any(alive):
        return None
    graphs = {
        "condition": _narrowed(condition, keeps, condition.outputs),
        "body": _narrowed(body, keeps, _chosen(body.outputs, alive)),
    }
    inputs = _chosen(node.inputs, keeps)
    less = made(node.op, *inputs, **graphs, carries=sum(alive))
    return _at(alive, picked(less))


def _pruned_choice(node: Tensor, is_read: Sequence[bool]) -> Results | None:
    """Of `cond`, whose first input the graphs do not get, or `checkpoint`."""
    graphs = dict(nested_graphs(node.attrs))
    outputs = {name: _chosen(x.outputs, is_read) for name, x in graphs.items()}
    ahead = len(node.inputs) - len(next(iter(graphs.values())).inputs)
    places = {i for name, x in graphs.items() for i in _places(x, outputs[name])}
    keeps = [i in places for i in range(len(node.inputs) - ahead)]
    if (all(keeps) and all(is_read)) or not (ahead or any(keeps)):
        return None
    attrs = {name: _narrowed(x, keeps, outputs[name]) for name, x in graphs.items()}
    inputs = (*node.inputs[:ahead], *_chosen(node.inputs[ahead:], keeps))
    return _at(is_read, picked(made(node.op, *inputs, **attrs)))


def _places(graph: Graph, outputs: Iterable[Tensor]) -> set[int]:
    """The positions of the inputs that lead to some outputs."""
    reached = _reached(graph, outputs)
    return {i for i, x in enumerate(graph.inputs) if x.serial in reached}


def _narrowed(graph: Graph, keeps: Sequence[bool], outputs: Sequence[Tensor]) -> Graph:
    """The graph with fewer inputs and outputs."""
    return cut_out(graph.name, {"x": _chosen(graph.inputs, keeps)}, {"out": outputs})


def _chosen(items: Sequence[Any], keeps: Sequence[bool]) -> list[Any]:
    return [item for item, is_kept in zip(items, keeps, strict=True) if is_kept]


def _at(keeps: Sequence[bool], results: Sequence[Tensor]) -> Results:
    """Results at the places where they stood, nothing where one is gone."""
    rest = iter(results)
    return tuple(next(rest) if is_kept else None for is_kept in keeps)


_PRUNED = {
    "scan": _pruned_scan,
    "while_loop": _pruned_while,
    "cond": _pruned_choice,
    "checkpoint": _pruned_choice,
}
