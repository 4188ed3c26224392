"""A function applied to every slice of sequences, with a carry.

Eagerly `scan` is Python's `for`, and a derivative sees the ops that were applied. In a
capture, or of a compiled function, it is one op that holds the function as a graph,
however many steps there are. Its derivatives are scans again, that of reverse mode in
the other direction: it reads the residuals, which are further results of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .alike import Pair, check_alike, step_pair
from .body import (
    check_fits,
    filled,
    opened,
    output_dtypes,
    pushed,
    types,
)
from .bundle import results
from .closure import Arguments, traced
from .compile import Compiled
from .device import HOST
from .dtype import ANY
from .elements import tensor
from .errors import MappingError, ShapeError, TreeError
from .graph import Graph
from .kinds import general
from .ops.joining import stack, unstack
from .replay import run
from .residuals import pullback_of, with_outputs
from .shape import Shape
from .tensor import UNTRACKED, Tensor, symbol, symbol_like

__all__ = ["scan"]

_CARRY = step_pair("scan", "carry")
_RESULTS = Pair(
    "scan",
    "the results y of all steps",
    "at the first",
    "at a later one",
    "convert with `astype`",
)


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
    g_carry, g_ys = filled(g[:carries], carry), g[carries:]
    pull = pullback_of(body, (*g_carry, *g_ys))
    kept = _keeping(body, pull.free, carries)
    if kept is not body:  # so the loop runs once more
        attrs = {"carries": carries, "slices": slices, "length": length}
        out = _scan(*inputs, body=kept, reverse=reverse, **attrs)
    end = carries + slices
    seen = (*kept.inputs[carries:end], *kept.outputs[carries:])
    rows = _by_serial(seen, (*xs, *results(out)[carries:]))
    fixed = _by_serial(kept.inputs[end:], free)
    read = [None if x.serial in fixed else rows[x.serial] for x in pull.free]
    graph = pull.graph()

    def back(state: Any, slices_of: Any) -> Any:
        (g_carry, g_free), (g_y, read) = state, slices_of
        given = [each for each in (*g_carry, *g_y) if each is not None]
        pairs = zip(pull.free, read, strict=True)
        given += [fixed[x.serial] if row is None else row for x, row in pairs]
        flown = tree.unflatten(graph.structure, graph.apply(*given))
        g_c, g_x, g_f = _roles(flown, carries, slices)
        added = [None if a is None else a + b for a, b in zip(g_free, g_f, strict=True)]
        return (list(g_c), added), g_x

    (g_carry, g_free), g_xs = _applied(
        back,
        (g_carry, filled([None] * len(free), free)),
        (g_ys, read),
        length=length,
        reverse=not reverse,
    )
    return *g_carry, *g_xs, *g_free


def _keeping(body: Graph, residuals: Sequence[Tensor], carries: int) -> Graph:
    """A body among whose results y are the residuals that are not given to it."""
    there = {x.serial for x in (*body.inputs[carries:], *body.outputs[carries:])}
    missing = [x for x in residuals if x.serial not in there]
    return with_outputs(body, missing) if missing else body


def _by_serial(symbols: Sequence[Tensor], xs: Sequence[Tensor]) -> dict[int, Tensor]:
    return {symbol.serial: x for symbol, x in zip(symbols, xs, strict=True)}


def _scan_jvp(tangents, out, *inputs, body, carries, slices, length, reverse):
    carry, xs, free = _roles(inputs, carries, slices)
    t_carry, t_xs, t_free = _roles(filled(tangents, inputs), carries, slices)

    def push(state: Any, slices_of: Any) -> Any:
        (carry, t_c), (x, t_x) = state, slices_of
        variables, outputs = opened(body, (*carry, *x, *free))
        moved = pushed(outputs, (*t_c, *t_x, *t_free), variables)
        return (outputs[:carries], list(moved[:carries])), list(moved[carries:])

    (_, moved), t_ys = _applied(
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
        (carry, x) -> (carry, y), the carry a tree of unchanging shapes and dtypes. If
        it is compiled, it is called once, and its graph is run for every step: faster,
        but no step can look at values.
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
        If the sequences differ in length, or a step changes a shape or dtype of the
        carry or of y.
    TreeError
        If a step returns no pair, or changes the structure of the carry or of y.
    NoValueError
        If a step that is compiled or captured asks for a value.
    """
    init, xs = tree.map(tensor, init), tree.map(tensor, xs)
    carry, slices = tree.flatten(init)[0], tree.flatten(xs)[0]
    length = _common_length(slices, length)
    if isinstance(function, Compiled):
        function = function.function
    elif length and all(x.data is not None for x in (*carry, *slices)):
        return _looped(function, init, xs, _in_order(length, reverse))
    return _applied(function, init, xs, length=length, reverse=reverse)


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


def _applied(
    function: Callable[..., Any], init: Any, xs: Any, *, length: int, reverse: bool
) -> tuple[Any, Any]:
    """The whole loop as one op, whose body is the graph of a step."""
    (carry, structure), slices = tree.flatten(init), tree.flatten(xs)[0]
    first = tree.map(lambda x: symbol(x.shape[1:], x.dtype, x.device), xs)
    call = traced(
        lambda carry, x: _after_and_result(function(carry, x), structure),
        Arguments((init, first)),
        symbol_like,
        name="step",
    )
    check_alike(_CARRY, init, call.result()[0])
    inputs, body = (*carry, *slices, *call.free), call.graph()
    is_known = all(x.data is not None for x in inputs)
    # Nobody knows whether a captured loop will be differentiated.
    if is_known and any(x.root != UNTRACKED for x in inputs):
        body = _keeping(body, _residuals(body), len(carry))
    out = _scan(
        *inputs,
        body=body,
        carries=len(carry),
        slices=len(slices),
        length=length,
        reverse=reverse,
    )
    count = len(call.outputs)
    return tree.unflatten(call.structure, results(out)[:count])


def _residuals(body: Graph) -> Sequence[Tensor]:
    """What the pullback of a step reads, if there is a pullback."""
    try:
        return pullback_of(body, body.outputs).free
    except MappingError:  # which reverse mode raises again, if it is ever asked for
        return ()


def _looped(
    function: Callable[..., Any], carry: Any, xs: Any, order: Sequence[int]
) -> tuple[Any, Any]:
    """Python's own loop, for values that are known."""
    ys: dict[int, Any] = {}  # by step: the order may be reversed
    structure = tree.flatten(carry)[1]
    leaves, of_xs = tree.flatten(xs)
    rows = [unstack(x) for x in leaves]
    for t in order:
        x = tree.unflatten(of_xs, [row[t] for row in rows])
        after, y = _after_and_result(function(carry, x), structure)
        after, y = tree.map(tensor, after), tree.map(tensor, y)
        check_alike(_CARRY, carry, after)
        first = ys.setdefault(order[0], y)
        ys[t] = tree.reordered(y, tree.flatten(first)[1])
        check_alike(_RESULTS, first, ys[t])
        carry = after
    in_order = [ys[t] for t in sorted(ys)]
    return carry, tree.map(lambda *each: stack(each), *in_order)
