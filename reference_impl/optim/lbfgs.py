"""L-BFGS: Newton's method, the Hessian guessed from the last gradients.

It asks for the function as often as it likes, so it is no `Optimiser`: `minimise` takes
the function and returns the parameters of its minimum. It reads values to decide what
to evaluate next: it runs eagerly and cannot be captured; the function may be compiled.
It is meant for small problems without noise.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..core import ops, tree
from ..core.autodiff import value_and_grad
from ..core.dtype import result_type, wide_type
from ..core.errors import RangeError, TreeError
from ..core.number import check_not_negative
from ..core.ops import astype, concat, reshape, zeros_like
from ..core.tensor import Tensor
from .line_search import Point, strong_wolfe
from .settings import at_least, check_callable, not_negative
from .trees import check_parameters

# Of the product of a step and the change of the gradient: less is no sign of curvature.
LEAST_CURVATURE = 1e-10


class Record(NamedTuple):
    """How a minimisation went."""

    value: float
    """Of the function, at the parameters that were returned."""
    steps: int
    evaluations: int
    """Of the function and its gradient."""
    reason: str
    """Why it stopped: `gradient` or `progress`, which are tolerances that were met;
    `steps` if it was cut short; `not finite` if it ran away."""


class Pair(NamedTuple):
    """A step and the change of the gradient along it: what is known of the Hessian."""

    s: Tensor
    y: Tensor


class _State(NamedTuple):
    """Where a minimisation is, and where it goes next."""

    x: Tensor
    here: Point  # its slope is along `d`
    d: Tensor
    memory: tuple[Pair, ...] = ()
    taken: int = 0
    evaluations: int = 1
    change: float = math.inf  # of the parameters or of the value, the smaller


def minimise(
    f: Callable[[Any], Tensor],
    params: Any,
    *,
    lr: float = 1.0,
    steps: int = 100,
    history: int = 100,
    tolerance_grad: float = 1e-7,
    tolerance_change: float = 1e-9,
    line_search: bool = True,
) -> tuple[Any, Record]:
    """The parameters at which a function is lowest nearby, and how they were found.

    Parameters
    ----------
    f : function of a tree like `params`, to one real number
    lr : float
        The length of a step in units of the direction: the first to be tried, or the
        only one without line search. The very first is shorter: over the sum of the
        gradient's sizes, where that is above 1.
    steps : int
        How many at most.
    history : int
        How many of the last steps the Hessian is guessed from.
    tolerance_grad, tolerance_change : float
        Stop when no element of the gradient is larger; when no element of the
        parameters has changed by more in a step, or the value has not, or the slope
        along the next direction is smaller.
    line_search : bool
        Whether a step must fulfil the strong Wolfe conditions.

    Raises
    ------
    RangeError
        If a setting is out of range, or the function is not finite at the start.

    Notes
    -----
    The formula is PyTorch's, whose line search is off by default and whose `max_iter`
    of 20 is `steps` here. It also stops after `max_eval` evaluations, 5/4 of `max_iter`
    by default; here nothing but a line search limits them. 16-bit parameters are moved
    in float32. Source: Nocedal and Wright 2006, algorithms 7.4 and 7.5; the first
    Hessian is equation 7.20.
    """
    check_callable("minimise", "a function of the parameters", f)
    (lr,) = not_negative("minimise", lr=lr)
    check_not_negative("minimise", tolerance_grad=tolerance_grad)
    check_not_negative("minimise", tolerance_change=tolerance_change)
    (steps,) = at_least("minimise", 0, steps=steps)
    (history,) = at_least("minimise", 1, history=history)
    x, parted = _as_vector(params)
    gradient = value_and_grad(lambda x: f(parted(x)))
    search = strong_wolfe if line_search else _first

    here = _point(gradient, x, zeros_like(x), 0.0)
    if not math.isfinite(here.value):
        raise RangeError(f"minimise: the function is {here.value} at the start")
    d = direction(here.gradient, ())
    now = _State(x, here._replace(slope=_number(here.gradient @ d)), d)
    while not (reason := _reason(now, steps, tolerance_grad, tolerance_change)):
        now = _advanced(now, gradient, search, lr, history, tolerance_change)
    return parted(now.x), Record(now.here.value, now.taken, now.evaluations, reason)


def _reason(
    now: _State, steps: int, tolerance_grad: float, tolerance_change: float
) -> str:
    """Why to stop; nothing if there is no reason."""
    if not math.isfinite(now.here.value):
        return "not finite"
    if _largest(now.here.gradient) <= tolerance_grad:
        return "gradient"
    if now.change <= tolerance_change or -now.here.slope < tolerance_change:
        return "progress"
    return "steps" if now.taken == steps else ""


def _advanced(
    now: _State,
    gradient: Callable[[Tensor], tuple[Tensor, Tensor]],
    search: Callable[..., tuple[Point, int]],
    lr: float,
    history: int,
    tolerance_change: float,
) -> _State:
    """One step further, and what it has taught about the Hessian."""
    at = functools.partial(_point, gradient, now.x, now.d)
    first = lr if now.taken else lr * min(1.0, 1 / _number(ops.sum(abs(now.d))))
    resolution = tolerance_change / _largest(now.d)
    new, tried = search(at, now.here, first, resolution=resolution)
    s, y = new.step * now.d, new.gradient - now.here.gradient
    is_curved = _number(s @ y) > LEAST_CURVATURE
    memory = (*now.memory, Pair(s, y))[-history:] if is_curved else now.memory
    d = direction(new.gradient, memory)
    return _State(
        now.x + s,
        new._replace(step=0.0, slope=_number(new.gradient @ d)),
        d,
        memory,
        now.taken + 1,
        now.evaluations + tried,
        min(_largest(s), abs(new.value - now.here.value)),
    )


def direction(g: Tensor, memory: Sequence[Pair]) -> Tensor:
    """Minus the gradient times the guessed inverse of the Hessian: two loops.

    Without memory the guess is the identity.
    """
    d, parts = -g, []
    for s, y in reversed(memory):
        parts.append((s @ d) / (s @ y))
        d = d - parts[-1] * y
    if memory:
        s, y = memory[-1]
        d = (s @ y) / (y @ y) * d
    for (s, y), part in zip(memory, reversed(parts), strict=True):
        d = d + (part - (y @ d) / (s @ y)) * s
    return d


def _point(gradient: Any, x: Tensor, d: Tensor, step: float) -> Point:
    """The function at some steps along a direction."""
    value, g = gradient(x + step * d)
    return Point(step, _number(value), _number(g @ d), g)


def _first(
    at: Callable[[float], Point], start: Point, first: float, *, resolution: float
) -> tuple[Point, int]:
    """No search: the first step is as good as any."""
    return at(first), 1


def _as_vector(params: Any) -> tuple[Tensor, Callable[[Tensor], Any]]:
    """All parameters in one vector, and the function that takes them apart again."""
    check_parameters("minimise", params)
    leaves, structure = tree.flatten(params)
    if not leaves:
        raise TreeError("minimise: there are no parameters")
    dtype = result_type(*[wide_type(p.dtype) for p in leaves], who="minimise")
    ends = list(itertools.accumulate(p.size for p in leaves))

    def parted(x: Tensor) -> Any:
        parts = [x[end - p.size : end] for p, end in zip(leaves, ends, strict=True)]
        shaped = [
            astype(reshape(part, p.shape), p.dtype)
            for part, p in zip(parts, leaves, strict=True)
        ]
        return tree.unflatten(structure, shaped)

    return concat([astype(reshape(p, (-1,)), dtype) for p in leaves]), parted


def _largest(x: Tensor) -> float:
    return _number(ops.max(abs(x)))


def _number(x: Tensor) -> float:
    return float(x.item())  # type: ignore[arg-type]
