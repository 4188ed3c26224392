"""Loss scaling: gradients that float16 can hold.

float16 has nothing below 6e-8, and many a gradient is smaller. Derivatives are linear:
if the walk back starts with a large number instead of 1, every gradient is larger by
this factor, and an update in float32 can divide by it. How large it may be is found
while training: it doubles now and then, and halves when a gradient overflows, in which
case the update is skipped.

    optimiser = optim.loss_scaled(optim.adam())
    state = optimiser.init(params)
    gradient = optim.scaled_value_and_grad(loss)
    value, grads = gradient(state["scale"], params, x, y)
    params, state = optimiser.update(grads, state, params)

The factor is a tensor and skipping is a choice between elements, so the whole step can
be compiled, and `mixed_precision` can make products of its graph float16.

Source: Micikevicius et al. 2017, section 3.2; the numbers are those of PyTorch's
`GradScaler`, the limits of the factor are those of Apex and Keras.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..core import tree
from ..core.autodiff import value_and_grad
from ..core.dtype import HALVES, float32
from ..core.elements import tensor
from ..core.errors import DtypeError, ShapeError
from ..core.ops import (
    all,
    astype,
    greater_equal,
    isfinite,
    logical_and,
    maximum,
    minimum,
    where,
)
from ..core.tensor import Tensor
from .composed import check_optimiser
from .descent import Optimiser
from .settings import above_zero, at_least
from .trees import State, check_count, check_floats, check_state, counter

LEAST, LARGEST = 1.0, 2.0**24


def scaled_value_and_grad(
    function: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    has_aux: bool = False,
) -> Callable[..., tuple[Any, Any]]:
    """The function that computes a scalar function and its gradient times a factor.

    It takes the factor, one float32 number, before the arguments of `function`. The
    value is not multiplied. Other arguments are those of `value_and_grad`.

    Raises
    ------
    ShapeError, DtypeError
        When called: if the factor is no single float32 number, or the result of
        `function` is of 16 bits, where factors overflow.
    """

    @functools.wraps(function)
    def computed(scale: Tensor, *args: Any, **options: Any) -> tuple[Any, Any]:
        _check_scale("scaled_value_and_grad", scale)

        def scaled(*args: Any) -> tuple[Any, Any]:
            result = function(*args, **options)
            value = result[0] if has_aux else result
            if isinstance(value, Tensor) and value.dtype in HALVES:
                raise DtypeError(
                    f"scaled_value_and_grad: the loss must be float32 or wider, "
                    f"{value.dtype} came; take its mean in float32"
                )
            return value * astype(scale, value.dtype), result

        (_, result), gradients = value_and_grad(scaled, argnums, has_aux=True)(*args)
        return result, gradients

    return computed


def loss_scaled(
    optimiser: Optimiser, *, scale: float = 2.0**16, every: int = 2000
) -> Optimiser:
    """An optimiser that is given gradients times a factor, and looks after the factor.

    The factor is `state["scale"]`. An update divides by it. Where a gradient is not
    finite, parameters and the inner state stay as they are and the factor halves; after
    `every` updates without that it doubles.

    Parameters
    ----------
    scale : float
        The first factor. Powers of two lose no bits.
    every : int
        In updates.

    Raises
    ------
    DtypeError
        If parameters are of 16 bits, in which a gradient that is divided would vanish:
        `in_float32(loss_scaled(...))` keeps wide ones.
    """
    check_optimiser("loss_scaled", optimiser)
    (first,) = above_zero("loss_scaled", scale=scale)
    (every,) = at_least("loss_scaled", 1, every=every)

    def init(params: Any) -> State:
        _check_wide(params)
        return {
            "scale": tensor(first, dtype=float32, device=counter(params).device),
            "finite": counter(params),
            "inner": optimiser.init(params),
        }

    def update(grads: Any, state: State, params: Any) -> tuple[Any, State]:
        check_state("loss_scaled", ("scale", "finite", "inner"), state)
        check_count("loss_scaled", "finite", state["finite"])
        _check_scale("loss_scaled", state["scale"])
        _check_wide(params)
        scale, are_finite = state["scale"], all_finite(grads)
        divided = tree.map(lambda g: g / astype(scale, g.dtype), grads)
        after = optimiser.update(divided, state["inner"], params)
        params, inner = tree.map(
            lambda new, old: where(are_finite, new, old),
            after,
            (params, state["inner"]),
        )
        scale, finite = _adjusted(scale, state["finite"], are_finite, every)
        return params, {"scale": scale, "finite": finite, "inner": inner}

    return Optimiser(init, update)


def all_finite(grads: Any) -> Tensor:
    """Whether no element of any leaf is infinite or NaN."""
    return functools.reduce(
        logical_and, (all(isfinite(g)) for g in tree.flatten(grads)[0]), tensor(True)
    )


def _adjusted(
    scale: Tensor, finite: Tensor, are_finite: Tensor, every: int
) -> tuple[Tensor, Tensor]:
    """The factor after an update, and how many have been finite since it changed."""
    count = where(are_finite, finite + 1, 0)
    is_long_enough = greater_equal(count, every)
    larger = where(is_long_enough, minimum(scale * 2, LARGEST), scale)
    smaller = maximum(scale / 2, LEAST)
    return where(are_finite, larger, smaller), where(is_long_enough, 0, count)


def _check_scale(who: str, scale: Any) -> None:
    if not isinstance(scale, Tensor) or (scale.shape, scale.dtype) != ((), float32):
        came = (
            f"{scale.dtype}{list(scale.shape)}"
            if isinstance(scale, Tensor)
            else f"{scale!r:.60}"
        )
        raise ShapeError(
            f"{who}: the scale must be float32[], as `loss_scaled` keeps it in its "
            f"state; {came} came"
        )


def _check_wide(params: Any) -> None:
    check_floats("loss_scaled", params)
    for name, p in zip(tree.names(params), tree.flatten(params)[0], strict=True):
        if p.dtype in HALVES:
            raise DtypeError(
                f"loss_scaled: parameters must be float32 or wider, {name} is "
                f"{p.dtype}; `in_float32(loss_scaled(...))` keeps wide ones"
            )
