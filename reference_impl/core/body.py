"""Bodies: functions that are part of an op, with what they close over.

`checkpoint`, `custom_vjp`, `cond`, `scan` and `while_loop` are ops whose law is a
function that somebody wrote. The function may read tensors of the code around it;
those that a derivative or a capture is about become inputs of the op, so that nothing
is lost.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import tree
from .compile import Program
from .device import Device
from .dtype import DIFFERENTIABLE
from .errors import ShapeError
from .graph import Graph, is_array
from .ops.creation import zeros_like
from .tensor import (
    UNTRACKED,
    Tensor,
    as_variable,
    detached,
    symbol,
    symbol_like,
    tensor,
    variable,
)
from .walk import pullback, pushforward

Leaves = list[Any]


class Arguments:
    """Trees as tensors, and what is needed to build the trees again."""

    def __init__(self, args: tuple[Any, ...]) -> None:
        self._leaves, self._structure = tree.flatten(args)
        self._places = [i for i, x in enumerate(self._leaves) if is_array(x)]
        self.tensors = [tensor(self._leaves[i]) for i in self._places]

    def rebuilt(self, tensors: Sequence[Any]) -> Any:
        """The trees, with other tensors in place of theirs."""
        leaves = list(self._leaves)
        for place, x in zip(self._places, tensors, strict=True):
            leaves[place] = x
        return tree.unflatten(self._structure, leaves)


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a function: what it got and returned, and what it closed over."""

    start: int
    given: list[Tensor]
    outputs: list[Tensor]
    structure: tree.Structure
    names: list[str]
    free: list[Tensor]

    def graph(self, name: str) -> Graph:
        """What the function did to its arguments and, after them, what it closed over.

        Values are left out: tensors that are known, such as the tangents of a rule, and
        what was computed from them are inputs and nodes like all others.
        """
        ends = (*self.given, *self.free)
        copies = {x.serial: symbol_like(x) for x in ends}
        for node in _inside(self):
            inputs = tuple([copies.get(x.serial, x) for x in node.inputs])
            root = min(x.root for x in inputs)
            kind, place = (node.shape, node.dtype), node.device
            copies[node.serial] = Tensor(
                None, *kind, node.op, inputs, node.attrs, root, place
            )
        return Graph(
            name=name,
            inputs=tuple(copies[x.serial] for x in ends),
            outputs=tuple(copies.get(x.serial, x) for x in self.outputs),
            input_names=tuple(f"x{i}" for i in range(len(ends))),
            output_names=tuple(self.names),
            structure=self.structure,
        )


def called(function: Callable[..., Any], args: Any, given: list[Tensor]) -> Call:
    """Call a function of trees, whose tensors `given` must be new."""
    start = given[0].serial if given else symbol((), np.dtype(bool)).serial
    result = function(*args)
    leaves, structure = tree.flatten(result)
    outputs = [tensor(x) for x in leaves]
    free = _free(outputs, start)
    return Call(start, given, outputs, structure, tree.names(result), free)


def _inside(call: Call) -> list[Tensor]:
    """The nodes that a call made, in topological order."""
    seen = {x.serial for x in (*call.given, *call.free)}
    found, waiting = [], list(call.outputs)
    while waiting:
        x = waiting.pop()
        if x.serial not in seen and x.op is not None:
            seen.add(x.serial)
            found.append(x)
            waiting.extend(x.inputs)
    return sorted(found, key=lambda x: x.serial)


def fresh(x: Tensor) -> Tensor:
    """A tensor of equal value, or a symbol, that results are traced back to."""
    return as_variable(detached(x))


def _free(outputs: Sequence[Tensor], start: int) -> list[Tensor]:
    """What was there before `start` and somebody outside may ask about."""
    seen: set[int] = set()
    free, waiting = [], list(outputs)
    while waiting:
        x = waiting.pop()
        if x.serial in seen:
            continue
        seen.add(x.serial)
        if x.serial >= start:
            waiting.extend(x.inputs)
        elif x.root != UNTRACKED:
            free.append(x)
    return sorted(free, key=lambda x: x.serial)


def pulled(
    outputs: Sequence[Tensor],
    g: Sequence[Tensor | None],
    variables: Sequence[Tensor],
    *,
    start: int | None = None,
) -> tuple[Tensor | None, ...]:
    """The pullback, where outputs and variables without derivatives have `None`."""
    pairs = [
        (out, each)
        for out, each in zip(outputs, g, strict=True)
        if each is not None and out.dtype in DIFFERENTIABLE
    ]
    wanted = [x for x in variables if x.dtype in DIFFERENTIABLE]
    if start is None:
        start = min((x.serial for x in variables), default=UNTRACKED)
    outs, seeds = [out for out, _ in pairs], [each for _, each in pairs]
    flown = iter(pullback(outs, seeds, wanted, start=start))
    return tuple(next(flown) if x.dtype in DIFFERENTIABLE else None for x in variables)


def pushed(
    outputs: Sequence[Tensor],
    tangents: Sequence[Tensor | None],
    variables: Sequence[Tensor],
    *,
    start: int | None = None,
) -> tuple[Tensor | None, ...]:
    """The pushforward, where outputs and variables without derivatives have `None`."""
    moved = [(x, t) for x, t in zip(variables, tangents, strict=True) if t is not None]
    if start is None:
        start = min((x.serial for x in variables), default=UNTRACKED)
    outs = [out for out in outputs if out.dtype in DIFFERENTIABLE]
    xs, ts = [x for x, _ in moved], [t for _, t in moved]
    flown = iter(pushforward(outs, xs, ts, start=start))
    return tuple(
        next(flown) if out.dtype in DIFFERENTIABLE else None for out in outputs
    )


def opened(graph: Graph, inputs: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Variables of equal value as the inputs, and a graph's outputs for them."""
    variables = [variable(x) for x in inputs]
    return variables, graph.apply(*variables)


def check_fits(who: str, graph: Graph, given: Sequence[tuple[Any, Any]]) -> None:
    """A graph must take as many inputs as there are, of these shapes and dtypes."""
    taken = types(graph.inputs)
    if taken != list(given):
        raise ShapeError(
            f"{who}: the graph {graph.name} takes {_types(taken)}; {_types(given)} came"
        )


def types(tensors: Sequence[Any]) -> list[tuple[Any, Any]]:
    """The shape and dtype of every tensor."""
    return [(x.shape, x.dtype) for x in tensors]


def _types(given: Sequence[tuple[Any, Any]]) -> str:
    return ", ".join(f"{dtype}{list(shape)}" for shape, dtype in given) or "nothing"


def filled(g: Sequence[Tensor | None], like: Sequence[Tensor]) -> list[Tensor | None]:
    """Zeros in place of what is missing where a derivative exists."""
    return [
        zeros_like(x) if each is None and x.dtype in DIFFERENTIABLE else each
        for each, x in zip(g, like, strict=True)
    ]


_programs: weakref.WeakKeyDictionary[Graph, Program] = weakref.WeakKeyDictionary()


def run(graph: Graph, arrays: Sequence[Any], device: Device) -> list[Any]:
    """The outputs of a graph for arrays of a device."""
    program = _programs.get(graph)
    if program is None:
        program = _programs[graph] = Program(graph)
    return program.run(arrays, device)
