"""Optimisers made of optimisers: the same pair, with something before or around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core import tree
from ..core.cond import cond
from ..core.dtype import wide_type
from ..core.errors import DtypeError
from ..core.ops import astype, equal, zeros_like
from ..core.tensor import Tensor
from .descent import Optimiser
from .settings import at_least, check_callable
from .trees import (
    Flat,
    State,
    check_count,
    check_floats,
    check_state,
    counter,
    matching,
)


def transformed(optimiser: Optimiser, *functions: Callable[[Any], Any]) -> Optimiser:
    """An optimiser whose gradients pass through functions of trees first, in order.

    transformed(adam(), lambda grads: clip_by_global_norm(grads, 1.0))
    """
    check_optimiser("transformed", optimiser)
    for function in functions:
        check_callable("transformed", "a function of gradients", function)

    def update(grads: Any, state: Any, params: Any) -> tuple[Any, Any]:
        for function in functions:
            grads = function(grads)
        return optimiser.update(grads, state, params)

    return Optimiser(optimiser.init, update)


def accumulated(optimiser: Optimiser, every: int) -> Optimiser:
    """An optimiser that waits for gradients of several batches and takes their mean.

    For a loss that is a mean, `every` batches of equal size are as good as one that is
    so many times as large. Between, parameters stay as they are, and nothing but the
    sum of gradients changes; schedules count updates, not batches.

    Raises
    ------
    DtypeError, RangeError
        If `every` is no integer, or below 1.
    """
    check_optimiser("accumulated", optimiser)
    (every,) = at_least("accumulated", 1, every=every)

    def init(params: Any) -> State:
        check_floats("accumulated", params)
        return {
            "waiting": counter(params),
            "sum": tree.map(_wide_zeros, params),
            "inner": optimiser.init(params),
        }

    def update(grads: Any, state: State, params: Any) -> tuple[Any, State]:
        check_state("accumulated", ("waiting", "sum", "inner"), state)
        check_count("accumulated", "waiting", state["waiting"])
        flat = Flat.of("accumulated", params)
        gradients = matching("accumulated", "gradients", grads, flat, flat.kinds)
        sums = matching("accumulated", "sum", state["sum"], flat, flat.wide)
        rows = zip(sums, gradients, strict=True)
        total = flat.like([s + astype(g, s.dtype) for s, g in rows])
        waiting = (state["waiting"] + 1) % every
        params, inner, total = cond(
            equal(waiting, 0), applied, waited, params, state["inner"], total
        )
        return params, {"waiting": waiting, "sum": total, "inner": inner}

    def applied(params: Any, inner: Any, total: Any) -> tuple[Any, Any, Any]:
        mean = tree.map(lambda s, p: astype(s / every, p.dtype), total, params)
        params, inner = optimiser.update(mean, inner, params)
        return params, inner, tree.map(zeros_like, total)

    def waited(params: Any, inner: Any, total: Any) -> tuple[Any, Any, Any]:
        return params, inner, total

    return Optimiser(init, update)


def in_float32(optimiser: Optimiser) -> Optimiser:
    """An optimiser that trains float32 copies of 16-bit parameters.

    The model that it returns is the copies, rounded. A step of less than half the
    distance between two 16-bit numbers is not lost, and the square of a small gradient
    is not zero. Wider parameters stay in their dtype.

    Notes
    -----
    The copies are what counts: parameters that were changed outside are not read again.
    Source: Micikevicius et al. 2017, section 3.1, "FP32 master copy of weights".
    """

    check_optimiser("in_float32", optimiser)

    def init(params: Any) -> State:
        check_floats("in_float32", params)
        copies = tree.map(_wide, params)
        return {"params": copies, "inner": optimiser.init(copies)}

    def update(grads: Any, state: State, params: Any) -> tuple[Any, State]:
        check_state("in_float32", ("params", "inner"), state)
        flat = Flat.of("in_float32", params)
        matching("in_float32", "params", state["params"], flat, flat.wide)
        gradients = matching("in_float32", "gradients", grads, flat, flat.kinds)
        wide = flat.like([_wide(g) for g in gradients])
        copies, inner = optimiser.update(wide, state["inner"], state["params"])
        rounded = tree.map(lambda p, copy: astype(copy, p.dtype), params, copies)
        return rounded, {"params": copies, "inner": inner}

    return Optimiser(init, update)


def check_optimiser(who: str, optimiser: Any) -> None:
    """Raise a `DtypeError` unless something is an optimiser."""
    if not isinstance(optimiser, Optimiser):
        raise DtypeError(
            f"{who}: an optimiser is needed, such as adam(); {optimiser!r:.60} came"
        )


def _wide(p: Tensor) -> Tensor:
    return astype(p, wide_type(p.dtype))


def _wide_zeros(p: Tensor) -> Tensor:
    return zeros_like(p, dtype=wide_type(p.dtype))
