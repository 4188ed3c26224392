"""A function applied to every slice of sequences, with a carry.

Eagerly `scan` is Python's `for`, and a derivative sees the ops that were applied. In a
capture it is one op that holds the function as a graph, however many steps there are.
Its derivatives are scans again, that of reverse mode in the other direction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .alike import check_alike, step_pair
from .body import (
    check_fits,
    filled,
    opened,
    output_dtypes,
    pulled_through,
    pushed,
    run,
    types,
)
from .bundle import results
from .closure import Arguments, traced
from .device import HOST
from .dtype import ANY, DIFFERENTIABLE
from .elements import tensor
from .errors import ShapeError, TreeError
from .graph import Graph
from .kinds import general
from .ops.creation import zeros_like
from .ops.joining import stack
from .shape import Shape
from .tensor import Tensor, symbol, symbol_like

__all__ = ["scan"]

_CARRY = step_pair("scan", "carry")


def _roles(inputs: Sequence[Any], carries: int, slices: int) -> tuple[Any, Any, Any]:
    """Carry, sequences, and what the body closes over."""
    end = carries + slices
    return inputs[:carries], inputs[carries:end], inputs[end:]


def _scan_shape(
    *inputs: Tensor, body: Graph, carries: int, slices: int, length: int, reverse: bool
) -> tuple[Shape, ...]:
    carry, xs, free = _roles(types(inputs), carries, slices)
    first = [(shape[1:], dtype) for shape, dtype in xs]
    check_fits("scan", body, [*carry, *first, *free])
    ys = [(length, *y.shape) for y in body.outputs[carries:]]
    return (*(x.shape for x in body.outputs[:carries]), *ys)


def _scan_vjp(g, out, *inputs, body, carries, slices, length, reverse):
    carry, xs, free = _roles(inputs, carries, slices)

    def remember(carry: Any, x: Any) -> Any:
        return body.apply(*carry, *x, *free)[:carries], carry

    def pull(state: Any, slices_of: Any) -> Any:
        g_carry, g_free = state
        carry, x, g_y = slices_of
        flown = pulled_through(body, (*carry, *x, *free), (*g_carry, *g_y))
        g_c, g_x, g_f = _roles(flown, carries, slices)
        added = [None if a is None else a + b for a, b in zip(g_free, g_f, strict=True)]
        return (list(g_c), added), g_x

    g = filled(g, results(out))
    _, carried = scan(remember, list(carry), list(xs), length=length, reverse=reverse)
    none = [zeros_like(x) if x.dtype in DIFFERENTIABLE else None for x in free]
    (g_carry, g_free), g_xs = scan(
        pull,
        (g[:carries], none),
        (carried, list(xs), g[carries:]),
        length=length,
        reverse=not reverse,
    )
    return *g_carry, *g_xs, *g_free


def _scan_jvp(tangents, out, *inputs, body, carries, slices, length, reverse):
    carry, xs, free = _roles(inputs, carries, slices)
    t_carry, t_xs, t_free = _roles(filled(tangents, inputs), carries, slices)

    def push(state: Any, slices_of: Any) -> Any:
        (carry, t_c), (x, t_x) = state, slices_of
        variables, outputs = opened(body, (*carry, *x, *free))
        moved = pushed(outputs, (*t_c, *t_x, *t_free), variables)
        return (outputs[:carries], list(moved[:carries])), list(moved[carries:])

    (_, moved), t_ys = scan(
        push,
        (list(carry), list(t_carry)),
        (list(xs), list(t_xs)),
        length=length,
        reverse=reverse,
    )
    return *moved, *t_ys


@general(
    vjp=_scan_vjp,
    jvp=_scan_jvp,
    shape=_scan_shape,
    dtype=output_dtypes,
    kinds=ANY,
    domain=lambda draw: [],
)
def _scan(*inputs, body, carries, slices, length, reverse, device=HOST):
    """Run a graph for each slice of the sequences, handing the carry on."""
    carry, xs, free = _roles(inputs, carries, slices)
    ys = [np.empty((length, *y.shape), y.dtype) for y in body.outputs[carries:]]
    for t in _in_order(length, reverse):
        found = run(body, [*carry, *(x[t, ...] for x in xs), *free], device)
        carry = found[:carries]
        for y, each in zip(ys, found[carries:], strict=True):
            y[t] = each
    return (*carry, *ys)


def _in_order(length: int, reverse: bool) -> range:
    return range(length - 1, -1, -1) if reverse else range(length)


def scan(
    function: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any,
    *,
    length: int | None = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """Apply a function to every slice of sequences, handing a carry on.

    Parameters
    ----------
    function : callable
        (carry, x) -> (carry, y), the carry a tree of unchanging shapes and dtypes.
    init : tree
        The first carry; a Python float in it is float32, as everywhere.
    xs : tree
        Of tensors whose first axis counts steps; `None` if there are none.
    length : int, optional
        The number of steps; needed if `xs` has no leaves.
    reverse : bool
        Whether to begin at the last slice; `y` still stands where its `x` stands.

    Returns
    -------
    carry, ys
        The last carry, and the results `y` stacked along a new first axis.

    Raises
    ------
    ShapeError
        If the sequences differ in length, or a step changes a carry's shape or dtype.
    TreeError
        If a step returns no pair, or changes the structure of the carry.
    """
    init, xs = tree.map(tensor, init), tree.map(tensor, xs)
    carry, slices = tree.flatten(init)[0], tree.flatten(xs)[0]
    length = _common_length(slices, length)
    if length and all(x.data is not None for x in (*carry, *slices)):
        return _looped(function, init, xs, _in_order(length, reverse))
    first = tree.map(lambda x: symbol(x.shape[1:], x.dtype, x.device), xs)
    structure = tree.flatten(init)[1]
    call = traced(
        lambda carry, x: _after_and_result(function(carry, x), structure),
        Arguments((init, first)),
        symbol_like,
        name="step",
    )
    check_alike(_CARRY, init, call.result()[0])
    out = _scan(
        *carry,
        *slices,
        *call.free,
        body=call.graph(),
        carries=len(carry),
        slices=len(slices),
        length=length,
        reverse=reverse,
    )
    return tree.unflatten(call.structure, results(out))


def _common_length(slices: Sequence[Tensor], length: int | None) -> int:
    """The number of steps that sequences and `length` agree on."""
    scalars = [x for x in slices if not x.shape]
    sizes = {x.shape[0] for x in slices if x.shape}
    sizes |= set() if length is None else {length}
    if scalars or len(sizes) != 1 or min(sizes) < 0:
        came = ", ".join(str(x.shape) for x in slices) or "no sequences"
        raise ShapeError(
            f"scan: sequences of one length are needed, {came} and length={length} came"
        )
    return sizes.pop()


def _after_and_result(result: Any, structure: tree.Structure) -> tuple[Any, Any]:
    """What a step returned, which must be a pair; the carry with keys in old order."""
    if not (isinstance(result, tuple) and len(result) == 2):
        raise TreeError(
            f"scan: a step must return a pair (carry, y), {type(result).__name__} came"
        )
    carry, y = result
    return tree.reordered(carry, structure), y


def _looped(
    function: Callable[..., Any], carry: Any, xs: Any, order: Sequence[int]
) -> tuple[Any, Any]:
    """Python's own loop, for values that are known."""
    ys: dict[int, Any] = {}
    structure = tree.flatten(carry)[1]
    for t in order:
        x = tree.map(lambda x, t=t: x[t], xs)
        after, ys[t] = _after_and_result(function(carry, x), structure)
        after = tree.map(tensor, after)
        check_alike(_CARRY, carry, after)
        carry = after
    in_order = [ys[t] for t in sorted(ys)]
    return carry, tree.map(lambda *each: stack(each), *in_order)
