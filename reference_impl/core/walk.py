"""The two walks over a graph between variables and results.

Reverse mode walks down from the results and asks every op for its `vjp`; forward mode
walks up from the variables and asks for its `jvp`. The rules are written with tensors,
so a walk builds a graph that can be walked again: derivatives nest in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from .dtype import DIFFERENTIABLE
from .ops.creation import zeros_like
from .tensor import UNTRACKED, Tensor, detached

_serial = attrgetter("serial")


def pullback(
    outputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    variables: Sequence[Tensor],
    *,
    start: int | None = None,
    watch: Callable[[Tensor, Any], None] | None = None,
) -> list[Tensor]:
    """Reverse mode: carry cotangents of the outputs down to the variables.

    `start` is the serial of the first variable that belongs to this walk, where others
    belong to somebody outside who may differentiate the cotangents again. `watch` sees
    every node with its cotangent, before the node's rule is applied.
    """
    oldest = first_serial(variables)
    first = oldest if start is None else start
    bare: dict[int, Tensor] = {}
    flowing: dict[int, Any] = {}
    for end, seed in zip(outputs, cotangents, strict=True):
        flowing[end.serial] = _added(flowing.get(end.serial), seed)
    ends = {x.serial for x in variables}
    for node, needs in reversed(_between(variables, outputs, oldest)):
        serial = node.serial
        g = flowing.get(serial) if serial in ends else flowing.pop(serial, None)
        if g is None:
            continue
        if watch is not None:
            watch(node, g)
        out, inputs = node, node.inputs
        if node.op.reads_values and node.root >= first:
            out, inputs = _bare(out, bare), tuple([_bare(x, bare) for x in inputs])
        flown = node.op.vjp(g, out, *inputs, needs=needs, **node.attrs)
        for x, gx, is_needed in zip(node.inputs, flown, needs):  # noqa: B905
            if is_needed and gx is not None:
                sofar = flowing.get(x.serial)
                flowing[x.serial] = gx if sofar is None else _added(sofar, gx)
    return _settled(_arrived(flowing, variables), first, cotangents)


def pushforward(
    outputs: Sequence[Tensor],
    variables: Sequence[Tensor],
    tangents: Sequence[Tensor],
    *,
    start: int | None = None,
) -> list[Tensor]:
    """Forward mode: carry tangents of the variables up to the outputs."""
    oldest = first_serial(variables)
    first = oldest if start is None else start
    bare: dict[int, Tensor] = {}
    flowing: dict[int, Any] = {}
    for x, t in zip(variables, tangents, strict=True):
        flowing[x.serial] = t
    for node, _ in _between(variables, outputs, oldest):
        given = [flowing.get(x.serial) for x in node.inputs]
        if node.serial in flowing or all(t is None for t in given):
            continue
        out, inputs = node, node.inputs
        if node.op.reads_values and node.root >= first:
            out, inputs = _bare(out, bare), tuple([_bare(x, bare) for x in inputs])
        t = node.op.jvp(given, out, *inputs, **node.attrs)
        if t is not None:
            flowing[node.serial] = t
    return _settled(_arrived(flowing, outputs), first, tangents)


def _added(g: Any, other: Any) -> Any:
    """The sum of two cotangents of one tensor, or of one op's several results."""
    if g is None or other is None:
        return g if other is None else other
    if g.__class__ is tuple:
        # Each of T results may come by itself: T * T pairs, so no call for a pair.
        pairs = zip(g, other, strict=True)
        return tuple([b if a is None else a if b is None else a + b for a, b in pairs])
    return g + other


def _arrived(flowing: dict[int, Tensor], ends: Sequence[Tensor]) -> list[Tensor]:
    """What has come to the end of a walk; where nothing came, zeros."""
    return [flowing[x.serial] if x.serial in flowing else zeros_like(x) for x in ends]


def _between(
    variables: Sequence[Tensor], outputs: Sequence[Tensor], oldest: int
) -> list[tuple[Tensor, list[bool]]]:
    """The nodes on paths from variables to outputs, in topological order.

    With each, whether its inputs depend on a variable and have a derivative. A variable
    that was computed from another one is such a node, too.
    """
    reached = {x.serial for x in variables}
    found: dict[int, Tensor] = {}
    waiting = list(outputs)
    for node in waiting:  # which grows meanwhile
        serial = node.serial
        # What is older than every variable cannot depend on one.
        if serial > oldest and serial not in found and node.inputs:
            found[serial] = node
            waiting += node.inputs
    nodes, is_reached = [], reached.__contains__
    # A tensor is younger than its inputs: order of age is topological order.
    for serial in sorted(found):
        node = found[serial]
        needs = list(map(is_reached, map(_serial, node.inputs)))
        # An op with several results has a tuple of dtypes.
        if True in needs and (
            node.dtype in DIFFERENTIABLE or isinstance(node.dtype, tuple)
        ):
            reached.add(serial)
            nodes.append((node, needs))
    return nodes


def first_serial(variables: Sequence[Tensor]) -> int:
    """Where a walk starts: the age of the oldest variable."""
    return min(map(_serial, variables), default=UNTRACKED)


def _bare(x: Tensor, bare: dict[int, Tensor]) -> Tensor:
    """The tensor without its history, for the rules of a node.

    If a node depends on nothing older than the variables of a walk, nobody can
    differentiate what its rules compute, and values without a history are cheaper.
    """
    if x.root == UNTRACKED:
        return x
    found = bare.get(x.serial)
    if found is None:
        found = bare[x.serial] = detached(x)
    return found


def settled(results: Sequence[Tensor], variables: Sequence[Tensor]) -> list[Tensor]:
    """Results without the history that only these variables could use."""
    return _settled(results, first_serial(variables), ())


def _settled(
    results: Sequence[Tensor], first: int, seeds: Sequence[Tensor]
) -> list[Tensor]:
    # What a walk starts with may be younger than its variables and still be asked
    # about: the pullback of a function is linear in its cotangent.
    for x in seeds:
        if first <= x.root < UNTRACKED:
            return list(results)
    return [detached(x) if first <= x.root < UNTRACKED else x for x in results]
