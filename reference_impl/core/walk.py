"""The two walks over a graph between variables and results.

Reverse mode walks down from the results and asks every op for its `vjp`; forward mode
walks up from the variables and asks for its `jvp`. The rules are written with tensors,
so a walk builds a graph that can be walked again: derivatives nest in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dtype import DIFFERENTIABLE
from .ops.creation import zeros_like
from .tensor import UNTRACKED, Tensor, detached


def pullback(
    outputs: Sequence[Tensor], cotangents: Sequence[Tensor], variables: Sequence[Tensor]
) -> list[Tensor]:
    """Reverse mode: carry cotangents of the outputs down to the variables."""
    nodes, reached = _between(variables, outputs)
    first = _first(variables)
    flowing: dict[int, Tensor] = {}

    def add(x: Tensor, g: Tensor) -> None:
        sofar = flowing.get(x.serial)
        flowing[x.serial] = g if sofar is None else _added(sofar, g)

    for out, g in zip(outputs, cotangents, strict=True):
        add(out, g)
    for node in reversed(nodes):
        if node.serial in flowing:
            g = flowing.pop(node.serial)
            out, inputs = _operands(node, first)
            needs = tuple(x.serial in reached for x in node.inputs)
            flown = node.op.vjp(g, out, *inputs, needs=needs, **node.attrs)
            for x, gx, is_needed in zip(node.inputs, flown, needs, strict=True):
                if gx is not None and is_needed and _is_differentiable(x):
                    add(x, gx)
    return settled(_arrived(flowing, variables), variables, seeds=cotangents)


def pushforward(
    outputs: Sequence[Tensor], variables: Sequence[Tensor], tangents: Sequence[Tensor]
) -> list[Tensor]:
    """Forward mode: carry tangents of the variables up to the outputs."""
    nodes, _ = _between(variables, outputs)
    first = _first(variables)
    flowing = {x.serial: t for x, t in zip(variables, tangents, strict=True)}
    for node in nodes:
        given = [flowing.get(x.serial) for x in node.inputs]
        if _is_differentiable(node) and any(t is not None for t in given):
            out, inputs = _operands(node, first)
            t = node.op.jvp(given, out, *inputs, **node.attrs)
            if t is not None:
                flowing[node.serial] = t
    return settled(_arrived(flowing, outputs), variables, seeds=tangents)


def _is_differentiable(x: Tensor) -> bool:
    # An op with several results has a tuple of dtypes.
    return x.dtype in DIFFERENTIABLE or isinstance(x.dtype, tuple)


def _added(g: Any, other: Any) -> Any:
    """The sum of two cotangents of one tensor, or of one op's several results."""
    if g is None or other is None:
        return g if other is None else other
    if g.__class__ is tuple:
        return tuple(_added(*pair) for pair in zip(g, other, strict=True))
    return g + other


def _arrived(flowing: dict[int, Tensor], ends: Sequence[Tensor]) -> list[Tensor]:
    """What has come to the end of a walk; where nothing came, zeros."""
    return [flowing[x.serial] if x.serial in flowing else zeros_like(x) for x in ends]


def _between(
    variables: Sequence[Tensor], outputs: Sequence[Tensor]
) -> tuple[list[Tensor], set[int]]:
    """The nodes on paths from variables to outputs, in topological order.

    Also the serials of all that depends on a variable, the variables included.
    """
    first = _first(variables)
    reached = {x.serial for x in variables}
    seen, ancestors, waiting = set(reached), [], list(outputs)
    while waiting:
        node = waiting.pop()
        # What is older than every variable cannot depend on one.
        if node.serial > first and node.serial not in seen:
            seen.add(node.serial)
            ancestors.append(node)
            waiting.extend(node.inputs)
    # A tensor is younger than its inputs: order of age is topological order.
    ancestors.sort(key=lambda node: node.serial)
    nodes = []
    for node in ancestors:
        if any(x.serial in reached for x in node.inputs):
            reached.add(node.serial)
            nodes.append(node)
    return nodes, reached


def _first(variables: Sequence[Tensor]) -> int:
    return min((x.serial for x in variables), default=UNTRACKED)


def _operands(node: Tensor, first: int) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What a node's rules see.

    If the node depends on nothing older than the variables of this walk, nobody can
    differentiate what the rules compute; values without a history are cheaper.
    """
    if node.root < first:
        return node, node.inputs
    return detached(node), tuple(detached(x) for x in node.inputs)


def settled(
    results: Sequence[Tensor],
    variables: Sequence[Tensor],
    *,
    seeds: Sequence[Tensor] = (),
) -> list[Tensor]:
    """Results without the history that only the variables of this walk could use.

    What a walk starts with may be younger than its variables and still be asked about:
    the pullback of a function is linear in its cotangent. Then everything is kept.
    """
    first = _first(variables)
    if any(first <= x.root < UNTRACKED for x in seeds):
        return list(results)
    return [x if x.root < first else detached(x) for x in results]
