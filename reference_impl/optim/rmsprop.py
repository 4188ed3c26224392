"""RMSProp: the gradient over the root of its mean square."""

from __future__ import annotations

from typing import Any

from ..core.ops import maximum, zeros_like
from ..core.tensor import Tensor
from .descent import Decay, Optimiser, Rate, descent
from .settings import fractions, not_negative
from .terms import root, with_momentum


def rmsprop(
    *,
    lr: Rate = 1e-2,
    rho: float = 0.99,
    eps: float = 1e-8,
    eps_inside: bool = False,
    centred: bool = False,
    momentum: float = 0.0,
    lr_inside: bool = False,
    weight_decay: float = 0.0,
    decoupled: bool = False,
    decayed: Any = None,
) -> Optimiser:
    """Divide by a running size: p <- p - lr g / (sqrt(v) + eps).

    v <- rho v + (1 - rho) g^2 is a running mean of squares.

    Parameters
    ----------
    eps_inside : bool
        Divide by sqrt(v + eps), as Keras, MXNet and optax do.
    centred : bool
        Divide by the root of v - m^2, a variance; m <- rho m + (1 - rho) g.
    momentum : float in [0, 1)
        Of a velocity; the quotients are its gradients.
    lr_inside : bool
        Whether `lr` is part of the velocity, as in Keras, MXNet and optax; see `sgd`.

    Notes
    -----
    Defaults and formula are PyTorch's. Where gradients hardly change, v - m^2 is
    rounded to less than zero now and then. That counts as zero; PyTorch takes its root,
    which is NaN. Source: Tieleman and Hinton 2012, lecture 6.5; Graves 2013, equations
    38 to 41, for the centred one.
    """
    rho, momentum = fractions("rmsprop", rho=rho, momentum=momentum)
    (eps,) = not_negative("rmsprop", eps=eps)

    def rule(g: Tensor, slots: dict[str, Tensor], lr: Any) -> Any:
        size = v = rho * slots["v"] + (1 - rho) * (g * g)
        after = {"v": v}
        if centred:
            m = after["m"] = rho * slots["m"] + (1 - rho) * g
            size = maximum(v - m * m, 0)
        quotient = g / root(size, eps, inside=eps_inside)
        if not momentum:
            return lr * quotient, after
        after["velocity"], update = with_momentum(
            slots["velocity"], quotient, lr, momentum, lr_inside=lr_inside
        )
        return update, after

    options = {"v": True, "m": centred, "velocity": momentum > 0}
    slots = {name: zeros_like for name, is_kept in options.items() if is_kept}
    decay = Decay(weight_decay, decoupled, decayed)
    return descent("rmsprop", rule, slots=slots, lr=lr, decay=decay)
