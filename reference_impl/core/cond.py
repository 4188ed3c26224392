"""One of two functions, by a condition.

Eagerly `cond` is Python's `if`, and a derivative sees the ops that were applied. In a
capture the value is not known: `cond` becomes one op that holds both functions as
graphs. Its derivatives are a `cond` again, of the functions' derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from . import tree
from .alike import Pair, check_alike
from .body import (
    check_fits,
    filled,
    output_dtypes,
    output_shapes,
    pulled_through,
    pushed_through,
    types,
)
from .bundle import results
from .closure import Arguments, graphs_of, traced
from .device import HOST
from .dtype import BOOLEANS, check_kind
from .errors import ShapeError
from .graph import Graph
from .kinds import general
from .operands import Operand, as_tensors
from .replay import run
from .shape import Shape
from .tensor import Tensor, symbol_like

__all__ = ["cond"]

_BRANCHES = Pair(
    "cond",
    "the results of `true` and `false`",
    "from `true`",
    "from `false`",
    "convert one with `astype`",
)


def _cond_shape(
    predicate: Tensor, *inputs: Tensor, true: Graph, false: Graph
) -> tuple[Shape, ...]:
    for graph in (true, false):
        check_fits("cond", graph, types(inputs))
    return output_shapes(body=true)


def _cond_vjp(g, out, predicate, *inputs, true, false):
    branches = partial(pulled_through, true), partial(pulled_through, false)
    return None, *cond(predicate, *branches, inputs, filled(g, results(out)))


def _cond_jvp(tangents, out, predicate, *inputs, true, false):
    branches = partial(pushed_through, true), partial(pushed_through, false)
    return cond(predicate, *branches, inputs, filled(tangents[1:], inputs))


@general(
    vjp=_cond_vjp,
    jvp=_cond_jvp,
    shape=_cond_shape,
    dtype=lambda predicate, *inputs, true, false: output_dtypes(body=true),
    kinds=BOOLEANS,
    domain=lambda draw: [],
)
def _cond(predicate, *inputs, true, false, device=HOST):
    """Run one of two graphs."""
    return run(true if predicate else false, inputs, device)


def cond(
    predicate: Operand,
    true: Callable[..., Any],
    false: Callable[..., Any],
    *operands: Any,
) -> Any:
    """What one of two functions returns, by a condition that may be known only later.

    Parameters
    ----------
    predicate : boolean scalar
    true, false : callable
        Of the operands, to trees of equal structure, shapes and dtypes.
    *operands : trees

    Raises
    ------
    DtypeError, ShapeError
        If the predicate is no boolean scalar, or results differ in shape or dtype.
    TreeError
        If results differ in structure.

    Notes
    -----
    Only the chosen function runs. `where` computes both sides and chooses element by
    element.
    """
    (predicate,) = as_tensors("cond", (predicate,))
    check_kind(predicate.dtype, BOOLEANS, who="cond")
    if predicate.shape != ():
        raise ShapeError(
            f"cond: one boolean is needed, the predicate is {predicate.shape}; "
            f"`where` chooses element by element"
        )
    if predicate.data is not None:
        return (true if predicate else false)(*operands)
    arguments = Arguments(operands)
    taken = traced(true, arguments, symbol_like, name="branch")
    other = traced(
        lambda *given: tree.reordered(false(*given), taken.structure),
        arguments,
        symbol_like,
        name="branch",
    )
    check_alike(_BRANCHES, taken.result(), other.result())
    free, graphs = graphs_of(true=taken, false=other)
    out = _cond(predicate, *arguments.tensors, *free, **graphs)
    return tree.unflatten(taken.structure, results(out))
