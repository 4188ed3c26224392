"""Adagrad and Adadelta: step sizes that follow the gradients of the past."""

from __future__ import annotations

from typing import Any

from ..core.ops import full_like, sqrt, zeros_like
from ..core.tensor import Tensor
from .descent import Decay, Optimiser, Rate, descent
from .settings import fractions, not_negative
from .terms import root


def adagrad(
    *,
    lr: Rate = 1e-2,
    eps: float = 1e-10,
    eps_inside: bool = False,
    initial: float = 0.0,
    weight_decay: float = 0.0,
    decoupled: bool = False,
    decayed: Any = None,
) -> Optimiser:
    """The gradient over the root of all its squares: p <- p - lr g / (sqrt(s) + eps).

    s <- s + g^2 is the sum of squares.

    Parameters
    ----------
    eps_inside : bool
        Divide by sqrt(s + eps), as Keras, MXNet and optax do.
    initial : float
        The first s; 0.1 in Keras and optax.

    Notes
    -----
    Defaults are PyTorch's; its `lr_decay` is the schedule `inverse_time`. Source:
    Duchi, Hazan and Singer 2011, the diagonal of figure 1.
    """
    eps, initial = not_negative("adagrad", eps=eps, initial=initial)

    def rule(g: Tensor, slots: dict[str, Tensor], lr: Any) -> Any:
        s = slots["s"] + g * g
        return lr * g / root(s, eps, inside=eps_inside), {"s": s}

    slots = {"s": lambda p: full_like(p, initial)}
    decay = Decay(weight_decay, decoupled, decayed)
    return descent("adagrad", rule, slots=slots, lr=lr, decay=decay)


def adadelta(
    *,
    lr: Rate = 1.0,
    rho: float = 0.9,
    eps: float = 1e-6,
    weight_decay: float = 0.0,
    decoupled: bool = False,
    decayed: Any = None,
) -> Optimiser:
    """Steps in the unit of the parameters: d = g sqrt(u + eps) / sqrt(v + eps).

    v <- rho v + (1 - rho) g^2 before, u <- rho u + (1 - rho) d^2 after, and
    p <- p - lr d.

    Notes
    -----
    Defaults are PyTorch's. The other frameworks have the same formula and other numbers
    (`variants.py`). Source: Zeiler 2012, algorithm 1, which has no lr.
    """
    (rho,) = fractions("adadelta", rho=rho)
    (eps,) = not_negative("adadelta", eps=eps)

    def rule(g: Tensor, slots: dict[str, Tensor], lr: Any) -> Any:
        v = rho * slots["v"] + (1 - rho) * (g * g)
        d = g * (sqrt(slots["u"] + eps) / sqrt(v + eps))
        return lr * d, {"v": v, "u": rho * slots["u"] + (1 - rho) * (d * d)}

    slots = {"v": zeros_like, "u": zeros_like}
    decay = Decay(weight_decay, decoupled, decayed)
    return descent("adadelta", rule, slots=slots, lr=lr, decay=decay)
