"""Stochastic gradient descent, with a velocity or without."""

from __future__ import annotations

from typing import Any, Unpack

from ..core.dtype import float64
from ..core.errors import RangeError
from ..core.number import check_fraction
from ..core.ops import astype, zeros_like
from ..core.tensor import Tensor
from .descent import Decay, Optimiser, Rate, descent


def sgd(
    *,
    lr: Rate = 1e-3,
    momentum: float = 0.0,
    dampening: float = 0.0,
    nesterov: bool = False,
    lr_inside: bool = False,
    **decay: Unpack[Decay],
) -> Optimiser:
    """Gradient descent, p <- p - lr v with a velocity v <- momentum v + g.

    Parameters
    ----------
    momentum : float in [0, 1)
        Without it, v is g.
    dampening : float in [0, 1)
        v <- momentum v + (1 - dampening) g from the second update on.
    nesterov : bool
        Look ahead: p <- p - lr (g + momentum v).
    lr_inside : bool
        v <- momentum v + lr g and p <- p - v, as Keras and MXNet have it. It differs as
        soon as `lr` changes: older gradients keep the step size of their time.

    Notes
    -----
    Defaults and formula are PyTorch's. Keras calls -v its momentum, and its weight
    decay is decoupled. Source: Polyak 1964; Sutskever et al. 2013, equations 1 to 4.
    """
    check_fraction("sgd", momentum=momentum, dampening=dampening)
    if nesterov and (not momentum or dampening):
        raise RangeError("sgd: nesterov needs momentum above 0 and no dampening")

    def numbers(t: Tensor, lr: Any) -> tuple[Any, ...]:
        return lr, 1 - dampening * astype(t > 1, float64) if dampening else 1

    def rule(g: Tensor, slots: dict[str, Tensor], lr: Any, share: Any) -> Any:
        if not momentum:
            return lr * g, {}
        push = share * g if dampening else g
        v, move = carried(
            slots["velocity"],
            push,
            lr,
            momentum,
            nesterov=nesterov,
            lr_inside=lr_inside,
        )
        return move, {"velocity": v}

    slots = {"velocity": zeros_like} if momentum else {}
    return descent("sgd", rule, slots=slots, numbers=numbers, lr=lr, **decay)


def carried(
    v: Tensor,
    push: Tensor,
    lr: Any,
    momentum: float,
    *,
    nesterov: bool,
    lr_inside: bool,
) -> tuple[Tensor, Tensor]:
    """The velocity after a push, and how far it moves a parameter."""
    push = lr * push if lr_inside else push
    v = momentum * v + push
    move = momentum * v + push if nesterov else v
    return v, move if lr_inside else lr * move
