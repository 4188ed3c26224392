"""The walk that every pass is made of.

A graph is never changed. A pass walks its nodes in topological order and makes each one
again, for what its inputs have become; its rule may offer something else instead. Nodes
are made as symbols: nothing is computed, and what nobody reads is left behind.

    %0 = identity(x)             rule: of `identity(x)` make `x`
    %1 = exp(%0)        becomes  %0 = exp(x)

Names, scopes and the inputs themselves stay, and so do nodes before the first that has
changed. Where a rule has nothing to offer in the whole graph, the graph comes back
itself, so that `is` says whether a pass did anything.

Relies on serials: what is made later is greater, so the new nodes are in order again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .. import tree
from ..graph import Graph
from ..op import PRIMITIVES, Op
from ..scope import Scope
from ..show import is_graph, is_pick
from ..tensor import FREED, UNTRACKED, Tensor, known, now, symbol_like

Pass = Callable[[Graph], Graph]

# What a rule offers for a node: a tensor; for one with several results also a tuple
# with each of them, `None` for those that nobody reads.
Offer = Tensor | tuple[Tensor | None, ...] | None

# (the node of the former graph, the same node for its new inputs) -> offer
Rule = Callable[[Tensor, Tensor], Offer]


def rewritten(graph: Graph, rule: Rule, inside: Pass | None = None) -> Graph:
    """The graph whose nodes a rule has replaced.

    Parameters
    ----------
    rule : function (former, node) to a tensor, a tuple of tensors or `None`
        `former` is the node of `graph`, for looking up what is known of it by its
        serial; `node` is the same for the new inputs. `None` leaves it as it is.
    inside : pass, optional
        For the graphs among the attributes of nodes; they come before the rule.
    """
    became: dict[int, Any] = {}
    scopes: list[Scope] = []
    names: dict[int, str] = {}
    scope_names, is_changed = graph.scope_names(), False
    for former in graph.nodes():
        begin = now()
        node, offer = former, _parted(former, became)
        if offer is None:
            attrs = _attrs(former.attrs, inside)
            is_changed |= attrs is not former.attrs
            if is_changed:  # what stands before the first change can stay
                inputs = [became.get(x.serial, x) for x in former.inputs]
                node = again(former, inputs, attrs)
            offer = rule(former, node)
        is_changed |= offer is not None
        became[former.serial] = found = node if offer is None else offer
        assert isinstance(found, tuple) or _is_like(found, former), former.op
        if former.serial in scope_names:
            first = former.serial - 1 if node is former else begin
            end = now() if is_changed else former.serial
            scopes.append(Scope(scope_names[former.serial], first, end))
        if former.serial in graph.node_names and isinstance(found, Tensor):
            names.setdefault(found.serial, graph.node_names[former.serial])
    if not is_changed:
        return graph
    outputs = tuple(became.get(x.serial, x) for x in graph.outputs)
    merged = tuple(_merged(scopes))
    return replace(graph, outputs=outputs, scopes=merged, node_names=names)


def _parted(former: Tensor, became: Mapping[int, Any]) -> Offer:
    """What took the place of one of several results, if a rule offered all of them."""
    several = became.get(former.inputs[0].serial) if is_pick(former) else None
    return several[former.attrs["index"]] if isinstance(several, tuple) else None


def _attrs(attrs: dict[str, Any], inside: Pass | None) -> dict[str, Any]:
    """Attributes whose graphs a pass has rewritten, themselves if it did nothing."""
    if inside is None:
        return attrs
    new = {key: inside(x) if is_graph(x) else x for key, x in attrs.items()}
    return attrs if all(new[key] is x for key, x in attrs.items()) else new


def _is_like(x: Tensor, y: Tensor) -> bool:
    return (x.shape, x.dtype, x.device) == (y.shape, y.dtype, y.device)


def _merged(scopes: Sequence[Scope]) -> Iterable[Scope]:
    """Scopes, those of one name that follow each other as one."""
    for i, scope in enumerate(scopes):
        if i and scopes[i - 1].name == scope.name:
            continue
        last = i
        while last + 1 < len(scopes) and scopes[last + 1].name == scope.name:
            last += 1
        yield Scope(scope.name, scope.first, scopes[last].end)


def again(
    node: Tensor, inputs: Sequence[Tensor], attrs: dict[str, Any] | None = None
) -> Tensor:
    """The same op for other inputs of the same types, as a symbol."""
    attrs = node.attrs if attrs is None else attrs
    return _symbol(node.op, node.shape, node.dtype, inputs, attrs)


def made(op: str | Op, *inputs: Tensor, **attrs: Any) -> Tensor:
    """A node by an op or its name, as a symbol, even if all inputs are known."""
    op = PRIMITIVES[op] if isinstance(op, str) else op
    shape, dtype = op.shape(*inputs, **attrs), op.dtype(*inputs, **attrs)
    return _symbol(op, shape, dtype, inputs, attrs)


def _symbol(op: Op, shape: Any, dtype: Any, inputs: Any, attrs: Any) -> Tensor:
    root = min((x.root for x in inputs), default=UNTRACKED)
    place = inputs[0].device
    return Tensor(None, shape, dtype, op, tuple(inputs), attrs, root, place)


def picked(bundle: Tensor) -> tuple[Tensor, ...]:
    """The results of an op that has several."""
    return tuple(made("pick", bundle, index=i) for i in range(len(bundle.shape)))


def is_made_by(x: Tensor, *names: str) -> bool:
    """Whether a tensor is the result of an op of one of these names."""
    return x.data is None and x.op is not None and x.op.name in names


def is_constant(x: Tensor) -> bool:
    """Whether a tensor's value is part of the graph."""
    return x.data is not None and x.data is not FREED


def uniform(x: Tensor) -> np.ndarray | None:
    """The one element, without axes, that all of a constant are read from; or none."""
    if not is_constant(x) or not x.size or isinstance(x.dtype, tuple):
        return None
    array = x.device.get(x.data)
    is_one = x.size == 1 or not any(array.strides)
    return array[(0,) * array.ndim].reshape(()) if is_one else None


def repeated(element: Any, like: Tensor) -> Tensor:
    """A constant of the shape of `like` that takes the memory of one element."""
    one = np.array(element, like.dtype).reshape(())
    one.flags.writeable = False
    steps = (0,) * len(like.shape)
    return known(np.ndarray(like.shape, like.dtype, one, 0, steps), like.device)


def readers(graph: Graph) -> Counter[int]:
    """How often every tensor is read, by serial; the caller reads the outputs."""
    read = [x.serial for node in graph.nodes() for x in node.inputs]
    return Counter([*read, *(x.serial for x in graph.outputs)])


def placed(graph: Graph, inputs: Sequence[Tensor]) -> list[Tensor]:
    """The outputs of a graph whose nodes are made again for other inputs."""
    pairs = zip(graph.inputs, inputs, strict=True)
    new = {symbol.serial: x for symbol, x in pairs}
    for node in graph.nodes():
        new[node.serial] = again(node, [new.get(x.serial, x) for x in node.inputs])
    return [new.get(x.serial, x) for x in graph.outputs]


def cut_out(
    name: str,
    inputs: Mapping[str, Sequence[Tensor]],
    outputs: Mapping[str, Sequence[Tensor]],
    fixed: Mapping[int, Tensor] | None = None,
) -> Graph:
    """What leads from some tensors of a graph to others, as a graph by itself.

    Its inputs are symbols, though the tensors that they stand for may be computed.

    Parameters
    ----------
    inputs, outputs : mapping of str to tensors
        The names are for the eyes.
    fixed : mapping of int to Tensor, optional
        Constants that take the place of tensors, by serial.
    """
    (ends, _), (results, _) = tree.flatten(dict(inputs)), tree.flatten(dict(outputs))
    new = {x.serial: symbol_like(x) for x in ends}
    taken = tuple(tree.names(dict(inputs)))
    given = tuple(new[x.serial] for x in ends)
    new |= fixed or {}
    bounds = Graph(name, tuple(ends), tuple(results), (), (), tree.flatten(())[1])
    for node in bounds.nodes():
        if node.serial not in new:
            new[node.serial] = again(node, [new.get(x.serial, x) for x in node.inputs])
    found = {key: [new.get(x.serial, x) for x in xs] for key, xs in outputs.items()}
    leaves, structure = tree.flatten(found)
    names = tuple(tree.names(found))
    return Graph(name, given, tuple(leaves), taken, names, structure)
