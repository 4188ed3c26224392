"""Parameters averaged over training, which often predict better than the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..core import tree
from ..core.dtype import float64, wide_type
from ..core.ops import astype, zeros_like
from ..core.tensor import Tensor
from .settings import fractions
from .trees import (
    Flat,
    State,
    check_count,
    check_floats,
    check_state,
    counter,
    matching,
)


class Average(NamedTuple):
    """A pair of pure functions on trees.

    Attributes
    ----------
    init : function params -> state
    update : function (params, state) -> state
        The average is `state["average"]`, a tree like the parameters.
    """

    init: Callable[[Any], State]
    update: Callable[[Any, State], State]


def exponential_average(decay: float = 0.999, *, corrected: bool = False) -> Average:
    """a <- a + w (p - a), so that a parameter's weight shrinks by `decay` an update.

    Parameters
    ----------
    decay : float in [0, 1)
    corrected : bool
        w = 1 - decay if it is false: the average begins at the parameters that `init`
        gets, and they keep a weight of decay^t after t updates. Otherwise
        w = (1 - decay) / (1 - decay^t), and the average begins at zero: the first
        update makes it the parameters, and it is about those that `update` gets alone.
        It is what begins at zero and is divided by 1 - decay^t, as in `adam`.

    Notes
    -----
    The average of 16-bit parameters is in float32, where a small step is not lost.
    TensorFlow's average and PyTorch's `get_ema_avg_fn` are not corrected; optax's is by
    default. Source: Polyak and Juditsky 1992; the correction, Kingma and Ba 2014.
    """
    who = "exponential_average"
    (decay,) = fractions(who, decay=decay)

    def init(params: Any) -> State:
        check_floats(who, params)
        return {"step": counter(params), "average": tree.map(first, params)}

    def first(p: Tensor) -> Tensor:
        dtype = wide_type(p.dtype)
        return zeros_like(p, dtype=dtype) if corrected else astype(p, dtype)

    def update(params: Any, state: State) -> State:
        check_state(who, ("step", "average"), state)
        check_count(who, "step", state["step"])
        flat = Flat.of(who, params)
        averages = matching(who, "average", state["average"], flat, flat.wide)
        step = state["step"] + 1
        weight: Any = 1 - decay
        if corrected:
            weight = weight / (1 - decay ** astype(step, float64))

        def moved(a: Any, p: Any) -> Any:
            w = astype(weight, a.dtype) if corrected else weight
            return a + w * (astype(p, a.dtype) - a)

        after = map(moved, averages, flat.leaves)
        return {"step": step, "average": flat.like(list(after))}

    return Average(init, update)
