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
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ..core import tree
from ..core.dtype import float64
from ..core.ops import astype
from ..core.tensor import Tensor
from .settings import not_negative, step_size
from .trees import (
    Flat,
    State,
    check_count,
    check_parameters,
    check_state,
    counter,
    matching,
)

# From the number of updates so far, an integer or a tensor of one, to the step size.
Schedule = Callable[[Any], "Tensor | float"]
Rate = float | Tensor | Schedule

# What is kept beside a parameter, by name: from the parameter to its first value.
Slots = Mapping[str, Callable[[Tensor], Tensor]]

# (gradient, slots, *numbers) -> the update, which is taken from the parameter, and the
# next slots.
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


class Decay(NamedTuple):
    """How parameters are drawn to zero: keywords of the optimisers.

    Attributes
    ----------
    weight_decay : float
        How strongly.
    decoupled : bool
        Whether a parameter shrinks by lr weight_decay p beside the update (Loshchilov
        and Hutter 2017), or weight_decay p is added to its gradient (as the derivative
        of weight_decay p^2 / 2).
    decayed : function of a name, tree of booleans like the parameters, or None
        Which parameters decay; `None` is all of them. Names are those of `tree.names`:
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
    scalars: Collection[str] = (),
    numbers: Callable[[Tensor, Any], tuple[Any, ...]] = rate_alone,
    lr: Rate,
    decay: Decay,
) -> Optimiser:
    """An optimiser whose rule moves every parameter by itself.

    Parameters
    ----------
    who : str
        Opens the messages of errors.
    slots : functions of a parameter, by name
        What is kept beside it, and the first value of that.
    scalars : names of slots
        Those that are a single number; the others have the shape of the parameter.
    numbers : function (t, lr)
        What the rule takes as its last arguments; `t` counts updates from 1 on, in
        float64.
    lr : float, scalar tensor, or schedule
        The step size; a schedule is a function of the number of updates so far.
    """
    if not callable(lr):
        lr = step_size(who, lr)
    (weight_decay,) = not_negative(who, weight_decay=decay.weight_decay)
    decay = decay._replace(weight_decay=weight_decay)

    def init(params: Any) -> State:
        check_parameters(who, params)
        first = {name: tree.map(begin, params) for name, begin in slots.items()}
        return {"step": counter(params), **first}

    def update(grads: Any, state: State, params: Any) -> tuple[Any, State]:
        flat = Flat.of(who, params)
        gradients = matching(who, "gradients", grads, flat, flat.kinds)
        kept = _kept(who, slots, scalars, state, flat)
        are_decayed = _are_decayed(who, decay, flat)

        step = state["step"] + 1
        rate = step_size(who, lr(state["step"])) if callable(lr) else lr
        strength = rate * decay.weight_decay if decay.decoupled else decay.weight_decay
        in_dtype = _rounded([strength, *numbers(astype(step, float64), rate)])

        rows = zip(flat.leaves, gradients, kept, are_decayed, strict=True)
        results = [
            _updated(rule, p, g, slots, in_dtype(p.dtype), decay.decoupled, is_decayed)
            for p, g, slots, is_decayed in rows
        ]
        after = {
            name: flat.like([slots[name] for _, slots in results]) for name in slots
        }
        params = flat.like([p for p, _ in results])
        return params, {"step": step, **after}

    return Optimiser(init, update)


def _updated(
    rule: Rule,
    p: Tensor,
    g: Tensor,
    slots: dict[str, Tensor],
    numbers: Sequence[Any],
    decoupled: bool,
    is_decayed: bool,
) -> tuple[Tensor, dict[str, Tensor]]:
    """A parameter and its slots after a gradient; the first number is the decay's."""
    decay, *others = numbers
    if is_decayed and not decoupled:
        g = g + decay * p
    update, after = rule(g, slots, *others)
    if is_decayed and decoupled:
        update = update + decay * p
    return p - update, after


def _rounded(numbers: Sequence[Any]) -> Callable[[Any], list[Any]]:
    """What the numbers are in a dtype; Python's take any dtype by themselves."""

    @functools.cache
    def in_dtype(dtype: Any) -> list[Any]:
        return [astype(x, dtype) if isinstance(x, Tensor) else x for x in numbers]

    return in_dtype


def _kept(
    who: str, slots: Collection[str], scalars: Collection[str], state: Any, flat: Flat
) -> list[dict[str, Tensor]]:
    """The slots of every parameter, by name."""
    check_state(who, ("step", *slots), state)
    check_count(who, "step", state["step"])
    kept: list[dict[str, Tensor]] = [{} for _ in flat.leaves]
    for name in slots:
        kinds = flat.scalars if name in scalars else flat.kinds
        column = matching(who, name, state[name], flat, kinds)
        for each, x in zip(kept, column, strict=True):
            each[name] = x
    return kept


def _are_decayed(who: str, decay: Decay, flat: Flat) -> Sequence[bool]:
    """Whether each parameter decays."""
    decayed = decay.decayed
    if not decay.weight_decay or decayed is None:
        return [bool(decay.weight_decay)] * len(flat.leaves)
    # A layer can be called, too: a tree of booleans like a model is no predicate.
    if callable(decayed) and tree.children(decayed) is None:
        return [decayed(name) for name in tree.names(flat.params)]
    return tree.matching(f"{who}: decayed", flat.structure, decayed)
