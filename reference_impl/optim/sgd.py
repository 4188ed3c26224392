"""Stochastic gradient descent, with a velocity or without."""

from __future__ import annotations

from typing import Any

from ..core.dtype import float64
from ..core.errors import RangeError
from ..core.ops import astype, zeros_like
from ..core.tensor import Tensor
from .descent import Decay, Optimiser, Rate, descent
from .settings import fractions
from .terms import with_momentum


def sgd(
    *,
    lr: Rate = 1e-3,
    momentum: float = 0.0,
    dampening: float = 0.0,
    nesterov: bool = False,
    lr_inside: bool = False,
    weight_decay: float = 0.0,
    decoupled: bool = False,
    decayed: Any = None,
) -> Optimiser:
    """Gradient descent, p <- p - lr velocity; velocity <- momentum velocity + g.

    Parameters
    ----------
    momentum : float in [0, 1)
        Without it, the velocity is g.
    dampening : float in [0, 1)
        velocity <- momentum velocity + (1 - dampening) g from the second update on.
    nesterov : bool
        Look ahead: p <- p - lr (g + momentum velocity).
    lr_inside : bool
        velocity <- momentum velocity + lr g and p <- p - velocity, as Keras and MXNet
        have it. It differs as soon as `lr` changes: older gradients keep the step size
        of their time.

    Notes
    -----
    Defaults and formula are PyTorch's. Keras calls the negative velocity its momentum,
    and its weight decay is decoupled. Source: Polyak 1964; Sutskever et al. 2013,
    equations 1 to 4.
    """
    momentum, dampening = fractions("sgd", momentum=momentum, dampening=dampening)
    if nesterov and (not momentum or dampening):
        raise RangeError(
            f"sgd: nesterov needs momentum above 0 and no dampening, momentum "
            f"{momentum} and dampening {dampening} came"
        )

    def numbers(t: Tensor, lr: Any) -> tuple[Any, ...]:
        if not dampening:
            return lr, 1
        return lr, 1 - dampening * astype(t > 1, float64)

    def rule(g: Tensor, slots: dict[str, Tensor], lr: Any, weight: Any) -> Any:
        if not momentum:
            return lr * g, {}
        if dampening:
            g = weight * g
        velocity, update = with_momentum(
            slots["velocity"], g, lr, momentum, nesterov=nesterov, lr_inside=lr_inside
        )
        return update, {"velocity": velocity}

    slots = {"velocity": zeros_like} if momentum else {}
    decay = Decay(weight_decay, decoupled, decayed)
    return descent("sgd", rule, slots=slots, numbers=numbers, lr=lr, decay=decay)
