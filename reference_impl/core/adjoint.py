"""The derivative of a graph as a graph: the source transformation.

The third way to differentiate a program, beside following it up and walking it down as
it runs: write a program that computes its statements, and then, from the last to the
first, what each adds to the cotangents of what it read. It is the same walk, captured;
what is added are the names, so that `g_h1` in the text is the cotangent of `h1`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .dtype import DIFFERENTIABLE, FLOATING
from .errors import GradientError
from .graph import Graph, capture
from .ops.creation import ones_like
from .show import type_of
from .tensor import Tensor, variable
from .walk import pullback


def adjoint(
    graph: Graph, argnums: int | Sequence[int], names: Mapping[int, str]
) -> Graph:
    """The graph of the gradient of a graph that computes one number.

    Parameters
    ----------
    argnums : int or sequence of int
        The inputs to differentiate with respect to, counted leaf by leaf.
    names : mapping of int to str
        What inputs and nodes are called, by serial. Nodes keep their names, and a
        cotangent gets that of its node with `g_` before it.

    Raises
    ------
    GradientError
        If the graph does not compute one floating-point number, or there is no such
        input, or it has no derivative.
    """
    is_one = not isinstance(argnums, Sequence)
    wanted: Any = (argnums,) if is_one else tuple(argnums)  # type: ignore[arg-type]
    _check(graph, wanted)
    found: dict[int, str] = {}

    def gradients(*inputs: Tensor) -> Any:
        given = [variable(x) if i in wanted else x for i, x in enumerate(inputs)]
        values = graph.applied(*given)
        name = {x.serial: names[old] for old, x in values.items() if old in names}
        found.update(name)

        def watch(node: Tensor, g: Any) -> None:
            if node.serial in name and isinstance(g, Tensor):
                found.setdefault(g.serial, f"g_{name[node.serial]}")

        (out,) = (values.get(x.serial, x) for x in graph.outputs)
        variables = [given[i] for i in wanted]
        flown = pullback([out], [ones_like(out)], variables, watch=watch)
        for i, g in zip(wanted, flown, strict=True):
            found.setdefault(g.serial, f"g_{names[graph.inputs[i].serial]}")
        return flown[0] if is_one else tuple(flown)

    made = capture(gradients, *graph.inputs)
    return replace(
        made,
        name=f"grad_{graph.name}",
        input_names=graph.input_names,
        node_names=found,
    )


def _check(graph: Graph, wanted: Sequence[int]) -> None:
    if (
        len(graph.outputs) != 1
        or graph.outputs[0].shape != ()
        or graph.outputs[0].dtype not in FLOATING
    ):
        came = ", ".join(map(type_of, graph.outputs)) or "nothing"
        raise GradientError(
            f"gradient: {graph.name} must compute one floating-point number, it "
            f"computes {came}"
        )
    for index in wanted:
        if not 0 <= index < len(graph.inputs):
            raise GradientError(
                f"gradient: input {index} is to be differentiated, {graph.name} has "
                f"{len(graph.inputs)} inputs"
            )
        if graph.inputs[index].dtype not in DIFFERENTIABLE:
            raise GradientError(
                f"gradient: floating-point numbers are needed, input "
                f"{graph.input_names[index]} is {graph.inputs[index].dtype}"
            )
