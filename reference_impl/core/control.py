"""Control flow that depends on values: `cond`, `scan`, `while_loop`.

Eagerly these are Python's `if`, `for` and `while`, and a derivative sees the ops that
were applied. In a capture the values are not known, so each becomes one op that holds
its function as a graph. Their derivatives are control flow again: that of a `scan` is a
`scan` in the other direction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .body import (
    Arguments,
    Call,
    called,
    check_fits,
    filled,
    opened,
    pulled,
    pushed,
    run,
    types,
)
from .device import HOST
from .dtype import ANY, BOOLEANS, DIFFERENTIABLE, bool_, check_kind
from .errors import GradientError, ShapeError, TreeError
from .graph import Graph
from .op import general, results
from .operands import Operand, as_tensors
from .ops.creation import zeros_like
from .shape import Shape
from .tensor import FUNCTIONS, Tensor, symbol, symbol_like, tensor

__all__ = ["cond", "scan", "while_loop"]


def _stays(x: Tensor) -> bool:
    return x.dtype in DIFFERENTIABLE


def _symbols(tensors: Sequence[Tensor]) -> list[Tensor]:
    return [symbol_like(x) for x in tensors]


def _traced(function: Callable[..., Any], arguments: Arguments) -> Call:
    given = _symbols(arguments.tensors)
    return called(function, arguments.rebuilt(given), given)


def _check_alike(who: str, what: tuple[str, str], needed: Call, came: Call) -> None:
    """Two results must have one structure, and leaves of equal shapes and dtypes."""
    tree.check_equal(who, needed.structure, came.structure)
    _check_leaves(who, what, needed.names, needed.outputs, came.outputs)


def _check_leaves(
    who: str,
    what: tuple[str, str],
    names: Sequence[str],
    needed: Sequence[Tensor],
    came: Sequence[Tensor],
) -> None:
    for name, x, y in zip(names, needed, came, strict=True):
        if (x.shape, x.dtype) != (y.shape, y.dtype):
            raise ShapeError(
                f"{who}: {what[0]} and {what[1]} must have equal shapes and dtypes; "
                f"{name} is {x.dtype}{list(x.shape)} and {y.dtype}{list(y.shape)}"
            )


# cond


def _cond_shape(
    predicate: Tensor, *inputs: Tensor, true: Graph, false: Graph
) -> tuple[Shape, ...]:
    for graph in (true, false):
        check_fits("cond", graph, types(inputs))
    return tuple(x.shape for x in true.outputs)


def _cond_vjp(g, out, predicate, *inputs, true, false):
    def branch(graph: Graph) -> Callable[..., Any]:
        def pull(g: Sequence[Tensor], inputs: Sequence[Tensor]) -> Any:
            variables, outputs = opened(graph, inputs)
            return pulled(outputs, g, variables)

        return pull

    g = filled(g, results(out))
    return None, *cond(predicate, branch(true), branch(false), g, inputs)


def _cond_jvp(tangents, out, predicate, *inputs, true, false):
    def branch(graph: Graph) -> Callable[..., Any]:
        def push(tangents: Sequence[Tensor], inputs: Sequence[Tensor]) -> Any:
            variables, outputs = opened(graph, inputs)
            return pushed(outputs, tangents, variables)

        return push

    moved = filled(tangents[1:], inputs)
    return cond(predicate, branch(true), branch(false), moved, inputs)


@general(
    vjp=_cond_vjp,
    jvp=_cond_jvp,
    shape=_cond_shape,
    dtype=lambda predicate, *inputs, true, false: tuple(x.dtype for x in true.outputs),
    kinds=BOOLEANS,
    domain=lambda draw: [],
)
def _cond(predicate, *inputs, true, false, device=HOST):
    """Run one of two graphs."""
    return tuple(run(true if predicate else false, inputs, device))


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
    taken, other = _traced(true, arguments), _traced(false, arguments)
    _check_alike("cond", ("the result of `true`", "that of `false`"), taken, other)
    inputs, (first, second) = _joined((taken, other))
    out = _cond(predicate, *arguments.tensors, *inputs, true=first, false=second)
    return tree.unflatten(taken.structure, results(out))


def _joined(calls: Sequence[Call]) -> tuple[list[Tensor], list[Graph]]:
    """Graphs that all take what any of the calls closes over."""
    free = {x.serial: x for call in calls for x in call.free}
    union = [free[serial] for serial in sorted(free)]
    graphs = []
    for call in calls:
        extended = Call(
            call.start, call.given, call.outputs, call.structure, call.names, union
        )
        graphs.append(extended.graph("branch"))
    return union, graphs


# scan


def _scan_shape(
    *inputs: Tensor, body: Graph, carries: int, slices: int, length: int, reverse: bool
) -> tuple[Shape, ...]:
    carry, xs, free = _parts(types(inputs), carries, slices)
    first = [(shape[1:], dtype) for shape, dtype in xs]
    check_fits("scan", body, [*carry, *first, *free])
    ys = [(length, *y.shape) for y in body.outputs[carries:]]
    return (*(x.shape for x in body.outputs[:carries]), *ys)


def _parts(inputs: Sequence[Any], carries: int, slices: int) -> tuple[Any, Any, Any]:
    """Carry, sequences, and what the body closes over."""
    end = carries + slices
    return inputs[:carries], inputs[carries:end], inputs[end:]


def _scan_vjp(g, out, *inputs, body, carries, slices, length, reverse):
    carry, xs, free = _parts(inputs, carries, slices)

    def remember(carry: Any, x: Any) -> Any:
        return body.apply(*carry, *x, *free)[:carries], carry

    def pull(state: Any, slices_of: Any) -> Any:
        g_carry, g_free = state
        carry, x, g_y = slices_of
        variables, outputs = opened(body, (*carry, *x, *free))
        g_c, g_x, g_f = _parts(
            pulled(outputs, (*g_carry, *g_y), variables), carries, slices
        )
        added = [None if a is None else a + b for a, b in zip(g_free, g_f, strict=True)]
        return (list(g_c), added), g_x

    g = filled(g, results(out))
    steps = {"length": length, "reverse": reverse}
    _, carried = scan(remember, list(carry), list(xs), **steps)
    none = [zeros_like(x) if _stays(x) else None for x in free]
    (g_carry, g_free), g_xs = scan(
        pull,
        (g[:carries], none),
        (carried, list(xs), g[carries:]),
        length=length,
        reverse=not reverse,
    )
    return *g_carry, *g_xs, *g_free


def _scan_jvp(tangents, out, *inputs, body, carries, slices, length, reverse):
    carry, xs, free = _parts(inputs, carries, slices)
    t_carry, t_xs, t_free = _parts(filled(tangents, inputs), carries, slices)

    def push(state: Any, slices_of: Any) -> Any:
        (carry, t_c), (x, t_x) = state, slices_of
        variables, outputs = opened(body, (*carry, *x, *free))
        moved = pushed(outputs, (*t_c, *t_x, *t_free), variables)
        return (outputs[:carries], list(moved[:carries])), list(moved[carries:])

    state = list(carry), list(t_carry)
    steps = {"length": length, "reverse": reverse}
    (_, moved), t_ys = scan(push, state, (list(xs), list(t_xs)), **steps)
    return *moved, *t_ys


@general(
    vjp=_scan_vjp,
    jvp=_scan_jvp,
    shape=_scan_shape,
    dtype=lambda *inputs, body, **sizes: tuple(x.dtype for x in body.outputs),
    kinds=ANY,
    domain=lambda draw: [],
)
def _scan(*inputs, body, carries, slices, length, reverse, device=HOST):
    """Run a graph for each slice of the sequences, handing the carry on."""
    carry, xs, free = _parts(inputs, carries, slices)
    ys = [np.empty((length, *y.shape), y.dtype) for y in body.outputs[carries:]]
    for t in _order(length, reverse):
        found = run(body, [*carry, *(x[t, ...] for x in xs), *free], device)
        carry = found[:carries]
        for y, each in zip(ys, found[carries:], strict=True):
            y[t] = each
    return (*carry, *ys)


def _order(length: int, reverse: bool) -> range:
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
        The first carry.
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
        If a step changes the structure of the carry.
    """
    init, xs = tree.map(tensor, init), tree.map(tensor, xs)
    (carry, structure), (slices, _) = tree.flatten(init), tree.flatten(xs)
    steps = _length(slices, length)
    if steps and all(x.data is not None for x in (*carry, *slices)):
        return _looped(function, init, xs, _order(steps, reverse))
    first = tree.map(lambda x: symbol(x.shape[1:], x.dtype, x.device), xs)
    arguments = Arguments((init, first))
    call = _traced(_checked_step(function, structure), arguments)
    _check_leaves(
        "scan",
        ("the carry before", "after a step"),
        call.names[: len(carry)],
        carry,
        call.outputs[: len(carry)],
    )
    out = _scan(
        *carry,
        *slices,
        *call.free,
        body=call.graph("step"),
        carries=len(carry),
        slices=len(slices),
        length=steps,
        reverse=reverse,
    )
    return tree.unflatten(call.structure, results(out))


def _length(slices: Sequence[Tensor], length: int | None) -> int:
    """The number of steps that sequences and `length` agree on."""
    scalars = [x for x in slices if not x.shape]
    sizes = {x.shape[0] for x in slices if x.shape}
    sizes |= set() if length is None else {length}
    if scalars or len(sizes) != 1:
        came = ", ".join(str(x.shape) for x in slices) or "no sequences"
        raise ShapeError(
            f"scan: sequences of one length are needed, {came} and length={length} came"
        )
    return sizes.pop()


def _checked_step(
    function: Callable[..., Any], structure: tree.Structure
) -> Callable[..., tuple[Any, Any]]:
    """The function, which must return a pair with a carry of that structure."""

    def step(carry: Any, x: Any) -> tuple[Any, Any]:
        result = function(carry, x)
        if not (isinstance(result, tuple) and len(result) == 2):
            raise TreeError(
                f"scan: a step must return a pair (carry, y), "
                f"{type(result).__name__} came"
            )
        tree.check_equal("scan: carry", structure, tree.flatten(result[0])[1])
        return result

    return step


def _looped(
    function: Callable[..., Any], carry: Any, xs: Any, order: Sequence[int]
) -> tuple[Any, Any]:
    """Python's own loop, for values that are known."""
    before, structure = tree.flatten(carry)
    step = _checked_step(function, structure)
    ys: dict[int, Any] = {}
    for t in order:
        carry, ys[t] = step(carry, tree.map(lambda x, t=t: x[t], xs))
        carry = tree.map(tensor, carry)
        what = ("the carry before", "after a step")
        after = tree.flatten(carry)[0]
        _check_leaves("scan", what, tree.names(carry), before, after)
    in_order = [ys[t] for t in sorted(ys)]
    return carry, tree.map(lambda *each: FUNCTIONS["stack"](each), *in_order)


# while_loop


def _while_shape(
    *inputs: Tensor, condition: Graph, body: Graph, carries: int
) -> tuple[Shape, ...]:
    for graph in (condition, body):
        check_fits("while_loop", graph, types(inputs))
    return tuple(x.shape for x in body.outputs)


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
    dtype=lambda *inputs, body, **_: tuple(x.dtype for x in body.outputs),
    kinds=ANY,
    domain=lambda draw: [],
)
def _while_loop(*inputs, condition, body, carries, device=HOST):
    """Run a graph on its own results as long as another graph says so."""
    state, free = list(inputs[:carries]), inputs[carries:]
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
        The first state.

    Raises
    ------
    ShapeError, TreeError, DtypeError
        If a step changes the state's shapes, dtypes or structure, or the condition is
        no boolean scalar.
    GradientError
        In reverse mode through a captured loop; the eager one is differentiated like
        any sequence of ops.
    """
    state = tree.map(tensor, init)
    leaves, structure = tree.flatten(state)
    what = ("the state before", "after a step")
    while all(x.data is not None for x in tree.flatten(state)[0]):
        verdict = _verdict(condition(state))
        if verdict.data is None:
            break
        if not verdict:
            return state
        state = tree.map(tensor, body(state))
        after, came = tree.flatten(state)
        tree.check_equal("while_loop: state", structure, came)
        _check_leaves("while_loop", what, tree.names(state), leaves, after)
    arguments = Arguments((state,))
    checked = _traced(lambda state: _verdict(condition(state)), arguments)
    step = _traced(body, arguments)
    tree.check_equal("while_loop: state", structure, step.structure)
    _check_leaves("while_loop", what, step.names, leaves, step.outputs)
    free, (goes_on, graph) = _joined((checked, step))
    inputs = tree.flatten(state)[0]
    out = _while_loop(
        *inputs, *free, condition=goes_on, body=graph, carries=len(inputs)
    )
    return tree.unflatten(structure, results(out))


def _verdict(x: Any) -> Tensor:
    (verdict,) = as_tensors("while_loop", (x,))
    if verdict.shape != () or verdict.dtype != bool_:
        raise ShapeError(
            f"while_loop: the condition must be one boolean, "
            f"{verdict.dtype}{list(verdict.shape)} came"
        )
    return verdict
