"""Adam and its relatives: the mean of the gradient over the root of its mean square."""

from __future__ import annotations

from typing import Any

from ..core.errors import RangeError
from ..core.number import real_number
from ..core.ops import maximum, ones, sqrt, zeros_like
from ..core.tensor import Tensor
from .descent import Decay, Optimiser, Rate, Slots, descent
from .settings import not_negative, two_fractions


def adam(
    *,
    lr: Rate = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    eps_hat: bool = False,
    amsgrad: bool = False,
    weight_decay: float = 0.0,
    decoupled: bool = False,
    decayed: Any = None,
) -> Optimiser:
    """p <- p - lr m' / (sqrt(v') + eps), where m' and v' are running means.

    m <- beta1 m + (1 - beta1) g and v <- beta2 v + (1 - beta2) g^2 begin at zero;
    m' = m / (1 - beta1^t) and v' = v / (1 - beta2^t) after t updates make up for that.

    Parameters
    ----------
    betas : two floats in [0, 1)
    eps : float
        Keeps a gradient of zero from being zero over zero. Below 3e-8 it is itself zero
        in float16: train such parameters with `in_float32`.
    eps_hat : bool
        p <- p - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + eps): `eps` is
        added before v is corrected, as in Keras and MXNet. Kingma and Ba write it with
        a hat, at the end of section 2.
    amsgrad : bool
        Divide by the largest v so far.

    Notes
    -----
    Defaults and formula are PyTorch's and optax's. optax's amsgrad takes the largest
    v', though. Source: Kingma and Ba 2014, algorithm 1; Reddi, Kale and Kumar 2018.
    """
    decay = Decay(weight_decay, decoupled, decayed)
    return _adam("adam", lr, betas, eps, eps_hat, amsgrad, decay)


def adamw(
    *,
    lr: Rate = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    eps_hat: bool = False,
    amsgrad: bool = False,
    weight_decay: float = 0.01,
    decayed: Any = None,
) -> Optimiser:
    """`adam` with decoupled weight decay, by default as strong as PyTorch's.

    Notes
    -----
    Source: Loshchilov and Hutter 2017, algorithm 2; the step size is part of the decay,
    as in all frameworks.
    """
    decay = Decay(weight_decay, True, decayed)
    return _adam("adamw", lr, betas, eps, eps_hat, amsgrad, decay)


def _adam(
    who: str,
    lr: Rate,
    betas: tuple[float, float],
    eps: float,
    eps_hat: bool,
    amsgrad: bool,
    decay: Decay,
) -> Optimiser:
    beta1, beta2 = two_fractions(who, betas)
    (eps,) = not_negative(who, eps=eps)

    def numbers(t: Tensor, lr: Any) -> tuple[Any, ...]:
        rate, correction = lr / (1 - beta1**t), sqrt(1 - beta2**t)
        return rate * correction if eps_hat else rate, correction

    def rule(g: Tensor, slots: dict[str, Tensor], rate: Any, correction: Any) -> Any:
        m, v = moments(g, slots, beta1, beta2)
        after = {"m": m, "v": v}
        if amsgrad:
            after["largest"] = v = maximum(slots["largest"], v)
        size = sqrt(v) if eps_hat else sqrt(v) / correction
        return rate * m / (size + eps), after

    slots = dict.fromkeys(("m", "v", *(["largest"] if amsgrad else [])), zeros_like)
    return descent(who, rule, slots=slots, numbers=numbers, lr=lr, decay=decay)


def moments(
    g: Tensor, slots: dict[str, Tensor], beta1: float, beta2: float
) -> tuple[Tensor, Tensor]:
    """The running means of a gradient and of its square."""
    m = beta1 * slots["m"] + (1 - beta1) * g
    v = beta2 * slots["v"] + (1 - beta2) * (g * g)
    return m, v


def nadam(
    *,
    lr: Rate = 2e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    momentum_decay: float = 4e-3,
    weight_decay: float = 0.0,
    decoupled: bool = False,
    decayed: Any = None,
) -> Optimiser:
    """`adam` that looks one step of its mean ahead, as Nesterov's momentum does.

    With mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2) and product_t of the first t of
    them, m' is mu_(t+1) m / (1 - product_(t+1)) + (1 - mu_t) g / (1 - product_t).

    Parameters
    ----------
    momentum_decay : float
        How fast mu grows from beta1 / 2 to beta1. Keras has 1; optax has beta1 from the
        first update on, which is `momentum_decay=inf`.

    Notes
    -----
    Defaults and formula are PyTorch's. MXNet multiplies the product by mu once for
    every parameter instead of once an update, so it agrees for a single parameter only.
    Source: Dozat 2016, algorithm 2.
    """
    beta1, beta2 = two_fractions("nadam", betas)
    (eps,) = not_negative("nadam", eps=eps)
    momentum_decay = real_number("nadam: momentum_decay", momentum_decay)
    if not momentum_decay >= 0:
        raise RangeError(
            f"nadam: momentum_decay must be at least 0, {momentum_decay} came"
        )

    def numbers(t: Tensor, lr: Any) -> tuple[Any, ...]:
        mus = [
            beta1 * (1 - 0.5 * 0.96 ** (count * momentum_decay)) for count in (t, t + 1)
        ]
        return lr, *mus, sqrt(1 - beta2**t)

    def rule(
        g: Tensor,
        slots: dict[str, Tensor],
        lr: Any,
        mu: Any,
        next_mu: Any,
        correction: Any,
    ) -> Any:
        m, v = moments(g, slots, beta1, beta2)
        product = mu * slots["product"]
        ahead = next_mu / (1 - next_mu * product) * m + (1 - mu) / (1 - product) * g
        after = {"m": m, "v": v, "product": product}
        return lr * ahead / (sqrt(v) / correction + eps), after

    slots: Slots = {"m": zeros_like, "v": zeros_like, "product": _one}
    decay = Decay(weight_decay, decoupled, decayed)
    return descent(
        "nadam",
        rule,
        slots=slots,
        scalars=["product"],
        numbers=numbers,
        lr=lr,
        decay=decay,
    )


def _one(p: Tensor) -> Tensor:
    return ones((), dtype=p.dtype, device=p.device)
