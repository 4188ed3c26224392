"""Graphs inside of ops: how they are run, checked and differentiated.

An op that holds a graph replays it. Its derivatives apply the graph's ops anew
to variables and walk, so that they are ops again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .dtype import DIFFERENTIABLE, Dtype
from .errors import ShapeError
from .graph import Graph
from .ops.creation import zeros_like
from .shape import Shape
from .tensor import Tensor, variable
from .walk import first_serial, pullback, pushforward


def output_shapes(*inputs: Tensor, body: Graph, **attrs: Any) -> tuple[Shape, ...]:
    """The shapes of the results of an op that returns what its graph returns."""
    return tuple(x.shape for x in body.outputs)


def output_dtypes(*inputs: Tensor, body: Graph, **attrs: Any) -> tuple[Dtype, ...]:
    """The dtypes of the results of an op that returns what its graph returns."""
    return tuple(x.dtype for x in body.outputs)


def check_fits(who: str, graph: Graph, given: Sequence[tuple[Any, Any]]) -> None:
    """A graph must take as many inputs as there are, of these shapes and dtypes."""
    taken = types(graph.inputs)
    if taken != list(given):
        raise ShapeError(
            f"{who}: the graph {graph.name} takes {_text(taken)}; {_text(given)} came"
        )


def types(tensors: Sequence[Any]) -> list[tuple[Any, Any]]:
    """The shape and dtype of every tensor."""
    return [(x.shape, x.dtype) for x in tensors]


def _text(given: Sequence[tuple[Any, Any]]) -> str:
    return ", ".join(f"{dtype}{list(shape)}" for shape, dtype in given) or "nothing"


def pulled_through(
    graph: Graph, inputs: Sequence[Tensor], g: Sequence[Tensor | None]
) -> tuple[Tensor | None, ...]:
    """Cotangents of a graph's inputs: its ops are applied again, then walked down."""
    variables, outputs = opened(graph, inputs)
    return pulled(outputs, g, variables)


def pushed_through(
    graph: Graph, inputs: Sequence[Tensor], tangents: Sequence[Tensor | None]
) -> tuple[Tensor | None, ...]:
    """Tangents of a graph's outputs: its ops are applied again, then walked up."""
    variables, outputs = opened(graph, inputs)
    return pushed(outputs, tangents, variables)


def opened(graph: Graph, inputs: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Variables of equal value as the inputs, and a graph's outputs for them."""
    variables = [variable(x) for x in inputs]
    return variables, graph.apply(*variables)


def pulled(
    outputs: Sequence[Tensor | None],
    g: Sequence[Tensor | None],
    variables: Sequence[Tensor],
    *,
    start: int | None = None,
) -> tuple[Tensor | None, ...]:
    """The pullback, with `None` for what is missing or has no derivative.

    `start` is that of `walk.pullback`, the oldest variable by default.
    """
    pairs = [
        (out, each)
        for out, each in zip(outputs, g, strict=True)
        if out is not None and each is not None and out.dtype in DIFFERENTIABLE
    ]
    outs, seeds = [out for out, _ in pairs], [each for _, each in pairs]
    wanted = [x for x in variables if x.dtype in DIFFERENTIABLE]
    # Variables without a derivative count as well.
    first = first_serial(variables) if start is None else start
    flown = iter(pullback(outs, seeds, wanted, start=first))
    return tuple(next(flown) if x.dtype in DIFFERENTIABLE else None for x in variables)


def pushed(
    outputs: Sequence[Tensor],
    tangents: Sequence[Tensor | None],
    variables: Sequence[Tensor],
) -> tuple[Tensor | None, ...]:
    """The pushforward, with `None` for what is missing or has no derivative."""
    moved = [(x, t) for x, t in zip(variables, tangents, strict=True) if t is not None]
    xs, ts = [x for x, _ in moved], [t for _, t in moved]
    outs = [out for out in outputs if out.dtype in DIFFERENTIABLE]
    flown = iter(pushforward(outs, xs, ts, start=first_serial(variables)))
    return tuple(
        next(flown) if out.dtype in DIFFERENTIABLE else None for out in outputs
    )


def filled(g: Sequence[Tensor | None], like: Sequence[Tensor]) -> list[Tensor | None]:
    """Zeros in place of what is missing where a derivative exists."""
    return [
        zeros_like(x) if each is None and x.dtype in DIFFERENTIABLE else each
        for each, x in zip(g, like, strict=True)
    ]
