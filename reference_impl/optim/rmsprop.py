"""RMSProp: the gradient over the root of its mean square."""

from __future__ import annotations

from typing import Any, Unpack

from ..core.number import check_fraction, check_not_negative
from ..core.ops import zeros_like
from ..core.tensor import Tensor
from .adagrad import root
from .descent import Decay, Optimiser, Rate, descent
from .sgd import carried


def rmsprop(
    *,
    lr: Rate = 1e-2,
    rho: float = 0.99,
    eps: float = 1e-8,
    eps_inside: bool = False,
    centred: bool = False,
    momentum: float = 0.0,
    lr_inside: bool = False,
    **decay: Unpack[Decay],
) -> Optimiser:
    """Divide by a running size: p <- p - lr g / (sqrt(s) + eps).

    s <- rho s + (1 - rho) g^2 is a running mean of squares.

    Parameters
    ----------
    eps_inside : bool
        Divide by sqrt(s + eps), as Keras, MXNet and optax do.
    centred : bool
        Divide by the root of s - m^2, a variance; m <- rho m + (1 - rho) g.
    momentum : float in [0, 1)
        Of a velocity that the quotients push.
    lr_inside : bool
        Whether they push after they are multiplied by `lr`, as in Keras, MXNet and
        optax; see `sgd`.

    Notes
    -----
    Defaults and formula are PyTorch's. Source: Tieleman and Hinton 2012, lecture 6.5;
    Graves 2013, equations 38 to 41, for the centred one.
    """
    check_fraction("rmsprop", rho=rho, momentum=momentum)
    check_not_negative("rmsprop", eps=eps)

    def rule(g: Tensor, slots: dict[str, Tensor], lr: Any) -> Any:
        square = rho * slots["square"] + (1 - rho) * (g * g)
        after = {"square": square}
        if centred:
            mean = after["mean"] = rho * slots["mean"] + (1 - rho) * g
            square = square - mean * mean
        push = g / root(square, eps, inside=eps_inside)
        if not momentum:
            return lr * push, after
        after["velocity"], move = carried(
            slots["velocity"], push, lr, momentum, nesterov=False, lr_inside=lr_inside
        )
        return move, after

    options = {"square": True, "mean": centred, "velocity": momentum > 0}
    slots = {name: zeros_like for name, is_kept in options.items() if is_kept}
    return descent("rmsprop", rule, slots=slots, lr=lr, **decay)
