"""A function applied to its own result as long as a condition holds.

Eagerly `while_loop` is Python's `while`, and a derivative sees the ops that were
applied. In a capture the number of steps is not known: the loop becomes one op that
holds condition and function as graphs. Its tangents are a loop again; cotangents would
need the states in reverse, and there is no room for a number of them that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import tree
from .alike import check_alike, step_pair
from .body import (
    check_fits,
    filled,
    opened,
    output_dtypes,
    output_shapes,
    pushed,
    types,
)
from .bundle import results
from .closure import Arguments, graphs_of, traced
from .device import HOST
from .dtype import ANY, bool_
from .elements import tensor
from .errors import GradientError, ShapeError
from .graph import Graph
from .kinds import general
from .operands import as_tensors
from .replay import run
from .shape import Shape
from .tensor import Tensor, symbol_like

__all__ = ["while_loop"]

_STATE = step_pair("while_loop", "state")


def _while_shape(
    *inputs: Tensor, condition: Graph, body: Graph, carries: int
) -> tuple[Shape, ...]:
    for graph in (condition, body):
        check_fits("while_loop", graph, types(inputs))
    return output_shapes(body=body)


def _while_vjp(g, out, *inputs, condition, body, carries):
    raise GradientError(
        "while_loop: reverse mode would need as many stored states as there are steps, "
        "a number that is not known; use `scan` with a fixed length, or `jvp`"
    )


def _while_jvp(tangents, out, *inputs, condition, body, carries):
    free, t_free = inputs[carries:], filled(tangents, inputs)[carries:]

    def goes_on(state: Any) -> Tensor:
        return condition.apply(*state[0], *free)[0]

    def push(state: Any) -> Any:
        carry, t_carry = state
        variables, outputs = opened(body, (*carry, *free))
        return outputs, list(pushed(outputs, (*t_carry, *t_free), variables))

    state = list(inputs[:carries]), filled(tangents, inputs)[:carries]
    return tuple(while_loop(goes_on, push, state)[1])


@general(
    vjp=_while_vjp,
    jvp=_while_jvp,
    shape=_while_shape,
    dtype=output_dtypes,
    kinds=ANY,
    domain=lambda draw: [],
)
def _while_loop(*inputs, condition, body, carries, device=HOST):
    """Run a graph on its own results as long as another graph says so."""
    state, free = inputs[:carries], inputs[carries:]
    while run(condition, [*state, *free], device)[0]:
        state = run(body, [*state, *free], device)
    return tuple(state)


def while_loop(
    condition: Callable[[Any], Any], body: Callable[[Any], Any], init: Any
) -> Any:
    """Apply a function to its own result as long as a condition holds.

    Parameters
    ----------
    condition : callable
        Of the state, to one boolean.
    body : callable
        Of the state, to the next state: a tree of unchanging shapes and dtypes.
    init : tree
        The first state; a Python float in it is float32, as everywhere.

    Raises
    ------
    ShapeError, TreeError
        If a step changes the state's shapes, dtypes or structure, or the condition is
        no boolean scalar.
    GradientError
        In reverse mode through a captured loop; the eager one is differentiated like
        any sequence of ops.
    """
    state = tree.map(tensor, init)
    structure = tree.flatten(state)[1]

    def step(state: Any) -> Any:
        return tree.reordered(body(state), structure)

    while all(x.data is not None for x in tree.flatten(state)[0]):
        verdict = _verdict(condition(state))
        if verdict.data is None:
            break
        if not verdict:
            return state
        after = tree.map(tensor, step(state))
        check_alike(_STATE, state, after)
        state = after
    return _captured(condition, step, state)


def _captured(
    condition: Callable[[Any], Any], body: Callable[[Any], Any], state: Any
) -> Any:
    """The rest of a loop, from the state whose value is not known, as one op."""
    arguments = Arguments((state,))
    verdict = traced(
        lambda state: _verdict(condition(state)),
        arguments,
        symbol_like,
        name="condition",
    )
    step = traced(body, arguments, symbol_like, name="step")
    check_alike(_STATE, state, step.result())
    free, graphs = graphs_of(condition=verdict, body=step)
    inputs = arguments.tensors
    out = _while_loop(*inputs, *free, **graphs, carries=len(inputs))
    return tree.unflatten(step.structure, results(out))


def _verdict(x: Any) -> Tensor:
    (verdict,) = as_tensors("while_loop", (x,))
    if verdict.shape != () or verdict.dtype != bool_:
        raise ShapeError(
            f"while_loop: the condition must be one boolean, "
            f"{verdict.dtype}{list(verdict.shape)} came"
        )
    return verdict
