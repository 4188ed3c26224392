"""What optimisers share: a formula for one parameter becomes a pair of tree functions.

Every optimiser of this package but L-BFGS says three things:

    slots     what it keeps for a parameter, and how that begins
    numbers   what depends on the count of updates and on the step size alone
    rule      how far a gradient moves a parameter, and what the slots become

`descent` does the rest. The state of an optimiser is a dict: `step` counts updates in
int64, and every slot is a tree like the parameters.

Numbers are computed in float64, once an update, and rounded to the dtype of the
parameters they meet. So is the step size if it is a schedule: no value is read, and a
compiled step is captured once. The rest is computed in the dtype of the parameters,
which slots have, too. In 16 bits that is too coarse for most trainings: `in_float32`
keeps parameters and slots in float32 beside them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from ..core import tree
from ..core.dtype import FLOATS, check_kind, float64, int64
from ..core.errors import ShapeError, TreeError
from ..core.number import check_not_negative
from ..core.ops import astype, zeros
from ..core.tensor import Tensor

State = dict[str, Any]

# From the number of updates so far, an integer or a tensor of one, to the step size.
Schedule = Callable[[Any], "Tensor | float"]
Rate = float | Tensor | Schedule

# What is kept beside a parameter, by name: from the parameter to its first value.
Slots = Mapping[str, Callable[[Tensor], Tensor]]

# (gradient, slots, *numbers) -> how far the parameter moves down, and the next slots.
Rule = Callable[..., tuple[Tensor, dict[str, Tensor]]]


class Optimiser(NamedTuple):
    """A pair of pure functions on trees.

    Attributes
    ----------
    init : function params -> state
    update : function (grads, state, params) -> (params, state)
    """

    init: Callable[[Any], Any]
    update: Callable[[Any, Any, Any], tuple[Any, Any]]


class Decay(TypedDict, total=False):
    """How parameters are pulled towards zero: keywords that every optimiser takes.

    Attributes
    ----------
    weight_decay : float
        How strongly; 0 by default.
    decoupled : bool
        Whether a parameter shrinks by lr weight_decay p beside the update (Loshchilov
        and Hutter 2017), or weight_decay p is added to its gradient (as the derivative
        of weight_decay p^2 / 2). By default the latter, unless the optimiser says so.
    decayed : function of a name, or tree of booleans like the parameters
        Which parameters decay; all of them by default. Names are those of `tree.names`:
        `decayed=lambda name: name.endswith("weight")`.
    """

    weight_decay: float
    decoupled: bool
    decayed: Any


def rate_alone(t: Tensor, lr: Any) -> tuple[Any, ...]:
    """The numbers of a rule that takes the step size and no more."""
    return (lr,)


def descent(
    who: str,
    rule: Rule,
    *,
    slots: Slots,
    numbers: Callable[[Tensor, Any], tuple[Any, ...]] = rate_alone,
    lr: Rate,
    weight_decay: float = 0.0,
    decoupled: bool = False,
    decayed: Any = None,
) -> Optimiser:
    """An optimiser whose rule moves every parameter by itself.

    Parameters
    ----------
    who : str
        Opens the messages of errors.
    slots : functions of a parameter, by name
        What is kept beside it, and the first value of that.
    numbers : function (t, lr)
        What the rule takes as its last arguments; `t` counts updates from 1 on, in
        float64.
    lr : float, scalar tensor, or schedule
        The step size; a schedule is a function of the number of updates so far.
    """
    _check_rate(who, lr)
    check_not_negative(who, weight_decay=weight_decay)

    def init(params: Any) -> State:
        for p in tree.flatten(params)[0]:
            check_kind(p.dtype, FLOATS, who=who)
        first = {name: tree.map(begin, params) for name, begin in slots.items()}
        return {"step": counter(params), **first}

    def update(grads: Any, state: State, params: Any) -> tuple[Any, State]:
        flat = _Flat(params, *tree.flatten(params))
        gradients = _gradients(who, grads, flat)
        kept = _kept(who, slots, state, flat)
        decays = _decays(who, weight_decay, decayed, flat)

        step = state["step"] + 1
        rate = lr(state["step"]) if callable(lr) else lr
        pull = rate * weight_decay if decoupled else weight_decay
        in_dtype = _rounded([pull, *numbers(astype(step, float64), rate)])

        def moved(p: Tensor, g: Tensor, is_decayed: bool, kept: Any) -> Any:
            pull, *others = in_dtype(p.dtype)
            if is_decayed and not decoupled:
                g = g + pull * p
            move, after = rule(g, kept, *others)
            if is_decayed and decoupled:
                move = move + pull * p
            return p - move, after

        rows = zip(flat.leaves, gradients, decays, kept, strict=True)
        results = [moved(*row) for row in rows]
        after = {
            name: tree.unflatten(flat.structure, [slot[name] for _, slot in results])
            for name in slots
        }
        params = tree.unflatten(flat.structure, [p for p, _ in results])
        return params, {"step": step, **after}

    return Optimiser(init, update)


class _Flat(NamedTuple):
    """Parameters, and what `tree.flatten` made of them."""

    params: Any
    leaves: list[Tensor]
    structure: tree.Structure


def counter(params: Any) -> Tensor:
    """A count of nothing yet, where the parameters lie."""
    leaves, _ = tree.flatten(params)
    return zeros((), dtype=int64, device=leaves[0].device if leaves else None)


def _rounded(numbers: Sequence[Any]) -> Callable[[Any], list[Any]]:
    """What the numbers are in a dtype; Python's take any dtype by themselves."""

    @functools.cache
    def in_dtype(dtype: Any) -> list[Any]:
        return [astype(x, dtype) if isinstance(x, Tensor) else x for x in numbers]

    return in_dtype


def _gradients(who: str, grads: Any, flat: _Flat) -> list[Tensor]:
    """The leaves of the gradients, which must be like the parameters."""
    gradients = tree.matching(f"{who}: gradients", flat.structure, grads)
    for i, (p, g) in enumerate(zip(flat.leaves, gradients, strict=True)):
        if p.shape != g.shape or p.dtype is not g.dtype:
            raise ShapeError(
                f"{who}: a gradient must be like its parameter; "
                f"{tree.names(flat.params)[i]} is {p.dtype}{list(p.shape)}, its "
                f"gradient {g.dtype}{list(g.shape)}"
            )
    return gradients


def _kept(
    who: str, slots: Iterable[str], state: Any, flat: _Flat
) -> list[dict[str, Tensor]]:
    """The slots of every parameter, by name."""
    needed = {"step", *slots}
    came = state.keys() if isinstance(state, dict) else {type(state).__name__}
    if came != needed:
        raise TreeError(
            f"{who}: a state of {', '.join(sorted(needed))} is needed, as `init` makes "
            f"it; {', '.join(sorted(map(str, came)))} came"
        )
    kept: list[dict[str, Tensor]] = [{} for _ in flat.leaves]
    for name in slots:
        column = tree.matching(f"{who}: {name}", flat.structure, state[name])
        for slot, x in zip(kept, column, strict=True):
            slot[name] = x
    return kept


def _decays(who: str, rate: float, decayed: Any, flat: _Flat) -> Sequence[bool]:
    """Whether each parameter decays."""
    if not rate or decayed is None:
        return [bool(rate)] * len(flat.leaves)
    # A layer can be called, too: a tree of booleans like a model is no predicate.
    if callable(decayed) and tree.children(decayed) is None:
        return [decayed(name) for name in tree.names(flat.params)]
    return tree.matching(f"{who}: decayed", flat.structure, decayed)


def _check_rate(who: str, lr: Any) -> None:
    if isinstance(lr, Tensor):
        if lr.shape != ():
            raise ShapeError(
                f"{who}: lr must be a single number, {list(lr.shape)} came"
            )
    elif not callable(lr):
        check_not_negative(who, lr=lr)
