"""Common subexpressions: what is computed twice is computed once.

Every node has a key: its op, its attributes, and which tensors it reads. Of nodes with
one key the first stays, and who read another reads it. Since inputs come first, equal
chains fall together from their beginnings on (value numbering).

    %0 = exp(x)
    %1 = exp(x)          becomes  %0 = exp(x)
    %2 = add(%0, %1)              %1 = add(%0, %0)

**Scans are merged.** The derivative of a loop runs the loop once more, to keep the
residuals of its steps: the same inputs, the same carries, more results. No such pair
has one key. But when both bodies are written down together, for one set of inputs,
their carries fall together by the rule above; and then one loop with all the results of
both does. The same holds for two `cond` with one predicate, and for two `checkpoint`.

Relies on ops being pure; random ones are functions of their keys. Sums and products of
two commute, to the bit. A constant is known by its elements if they are few.

Source: Cocke 1970; Aho, Lam, Sethi and Ullman 2007, section 8.5 (value numbers).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..graph import Graph
from ..show import is_graph
from ..tensor import Tensor
from .loops import Scan
from .rewrite import (
    Rule,
    cut_out,
    is_constant,
    made,
    picked,
    placed,
    rewritten,
    uniform,
)

# Elements of larger constants are not compared.
SMALL_BYTES = 4096

# Not `maximum`: of 0.0 and -0.0 it takes one by its place.
_COMMUTING = {
    *("add", "multiply", "equal", "not_equal"),
    *("bitwise_and", "bitwise_or", "bitwise_xor"),
    *("logical_and", "logical_or", "logical_xor"),
}

Results = tuple[Tensor | None, ...]


def common_subexpressions(graph: Graph) -> Graph:
    """The graph in which equal nodes are one, and loops over the same are merged."""
    graph = rewritten(graph, _first_of_equals(), common_subexpressions)
    merged = rewritten(graph, _joined(graph))
    return graph if merged is graph else rewritten(merged, _first_of_equals())


def _first_of_equals() -> Rule:
    seen: dict[Any, Tensor] = {}

    def rule(former: Tensor, node: Tensor) -> Tensor | None:
        first = seen.setdefault(_key(node, {}), node)
        return None if first is node else first

    return rule


def _key(node: Tensor, number: dict[int, int]) -> Any:
    """What equal nodes have in common; `number` are tensors' names inside a graph."""
    read: Iterable[Any] = [_tensor_key(x, number) for x in node.inputs]
    if node.op.name in _COMMUTING:
        read = sorted(read, key=repr)
    attrs = [(name, _attribute_key(x)) for name, x in sorted(node.attrs.items())]
    return node.op.name, node.device.name, tuple(read), tuple(attrs)


def _tensor_key(x: Tensor, number: dict[int, int]) -> Any:
    if is_constant(x) and not isinstance(x.dtype, tuple):
        kind = x.shape, str(x.dtype), x.device.name
        one = uniform(x)
        if one is not None:
            return "repeated", *kind, one.tobytes()
        if x.nbytes <= SMALL_BYTES:
            return "constant", *kind, np.asarray(x.device.get(x.data)).tobytes()
    return ("inner", number[x.serial]) if x.serial in number else x.serial


def _attribute_key(value: Any) -> Any:
    """A value that is equal for equal attributes; 1, 1.0 and True are three."""
    if is_graph(value):
        return _graph_key(value)
    if isinstance(value, (tuple, list)):
        return type(value), tuple(map(_attribute_key, value))
    if value is None or isinstance(value, (bool, int, float, complex, str, np.dtype)):
        return type(value), repr(value)
    return type(value), id(value)


def _graph_key(graph: Graph) -> Any:
    """Graphs have one key if they do the same in the same order to inputs alike."""
    nodes = graph.nodes()
    number = {x.serial: i for i, x in enumerate((*graph.inputs, *nodes))}
    types = tuple((x.shape, str(x.dtype)) for x in graph.inputs)
    computed = tuple(_key(node, number) for node in nodes)
    return types, computed, tuple(_tensor_key(x, number) for x in graph.outputs)


def _joined(graph: Graph) -> Rule:
    """Of the nodes that run graphs on the same inputs, the first does it for all."""
    groups: dict[Any, list[Tensor]] = defaultdict(list)
    for node in graph.nodes():
        if node.op.name in _TOGETHER:
            groups[_key_without_graphs(node)].append(node)
    others = {first.serial: rest for first, *rest in groups.values() if rest}
    results: dict[int, Results] = {}

    def rule(former: Tensor, node: Tensor) -> Results | None:
        if former.serial in others:
            rest = others[former.serial]
            found = _TOGETHER[node.op.name](node, [x.attrs for x in rest])
            if found is not None:
                members = (former, *rest)
                pairs = zip(members, found, strict=True)
                results.update((x.serial, each) for x, each in pairs if each)
        return results.get(former.serial)

    return rule


def _key_without_graphs(node: Tensor) -> Any:
    plain = {name: x for name, x in node.attrs.items() if not is_graph(x)}
    attrs = [(name, _attribute_key(x)) for name, x in sorted(plain.items())]
    return node.op.name, tuple(_tensor_key(x, {}) for x in node.inputs), tuple(attrs)


def _one_loop(node: Tensor, others: Sequence[dict[str, Any]]) -> list[Results] | None:
    """The results of scans that hand the same on, all from one scan with more y."""
    bodies = [node.attrs["body"], *(attrs["body"] for attrs in others)]
    count = node.attrs["carries"]
    first, *rest = _written_together(bodies)
    same = [_are_one(out[:count], first[:count]) for out in rest]
    if not any(same):
        return None
    there = [first, *(out for out, is_same in zip(rest, same, strict=True) if is_same)]
    ys = {x.serial: x for out in there for x in out[count:]}
    loop = Scan.of(node)
    carries = zip(loop.carries, first, strict=False)
    carries_now = [carry._replace(after=x) for carry, x in carries]
    results = replace(loop, carries=carries_now, ys=[*ys.values()]).remade()
    found = dict(zip(ys, results[count:], strict=True))
    return [
        (*results[:count], *(found[x.serial] for x in out[count:])) if is_same else ()
        for out, is_same in zip((first, *rest), (True, *same), strict=True)
    ]


def _are_one(xs: Sequence[Tensor], ys: Sequence[Tensor]) -> bool:
    return all(x is y for x, y in zip(xs, ys, strict=True))


def _one_choice(node: Tensor, others: Sequence[dict[str, Any]]) -> list[Results]:
    """The results of nodes whose graphs all get the same, from graphs that do all."""
    attrs = {}
    for name in node.attrs:
        outs = _written_together([x[name] for x in (node.attrs, *others)])
        given = node.attrs[name]
        flat = [x for out in outs for x in out]
        attrs[name] = cut_out(given.name, {"x": given.inputs}, {"out": flat})
    results = iter(picked(made(node.op, *node.inputs, **attrs)))
    return [tuple(next(results) for _ in out) for out in outs]


def _written_together(bodies: Sequence[Graph]) -> list[tuple[Tensor, ...]]:
    """The outputs of graphs for the inputs of the first, where equal nodes are one."""
    first = bodies[0]
    outs = [first.outputs, *(placed(body, first.inputs) for body in bodies[1:])]
    together = replace(first, outputs=tuple(x for out in outs for x in out), scopes=())
    flat = iter(common_subexpressions(together).outputs)
    return [tuple(next(flat) for _ in out) for out in outs]


# How nodes of an op are merged; a `while_loop` with another body runs another time.
_TOGETHER = {"scan": _one_loop, "cond": _one_choice, "checkpoint": _one_choice}
