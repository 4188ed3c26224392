"""How optimisers update, in NumPy: as the adapters share it, and as frameworks have it.

A formula takes parameters `p` in float64, their `gradient` as a function, a number of
`steps`, and settings by their names in `adapters.zoo`. It gives the parameters after
these steps. `adapters.deviations` says which framework follows which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Gradient = Callable[[np.ndarray], np.ndarray]
Formula = Callable[..., np.ndarray]


def momentum(
    p: np.ndarray, gradient: Gradient, steps: int, *, lr: float, momentum: float
) -> np.ndarray:
    """v <- momentum v + g, then p <- p - lr v."""
    v = np.zeros_like(p)
    for _ in range(steps):
        v = momentum * v + gradient(p)
        p = p - lr * v
    return p


def adam(
    p: np.ndarray,
    gradient: Gradient,
    steps: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> np.ndarray:
    """p <- p - lr m' / (sqrt(v') + eps), with bias-corrected moments m' and v'.

    Source: Kingma and Ba 2015, algorithm 1.
    """
    m = v = np.zeros_like(p)
    for t in range(1, steps + 1):
        g = gradient(p)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p = p - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return p


FORMULAS: dict[str, Formula] = {"momentum": momentum, "adam": adam}


def in_float32(x: Any) -> Any:
    """What is left of a float64 after it has been a float32."""
    return np.float64(np.float32(x))


def momentum_in_float32(
    p: np.ndarray, gradient: Gradient, steps: int, *, lr: float, momentum: float
) -> np.ndarray:
    """v <- momentum v - lr g, then p <- p + v, by settings that were rounded.

    As long as lr is constant it makes no difference whether v contains it: sessions
    have it outside, Keras and MXNet inside.
    """
    lr, momentum = in_float32(lr), in_float32(momentum)
    v = np.zeros_like(p)
    for _ in range(steps):
        v = momentum * v - lr * gradient(p)
        p = p + v
    return p


def adam_eps_hat(
    p: np.ndarray,
    gradient: Gradient,
    rates: Iterable[float],
    *,
    beta1: float,
    beta2: float,
    eps: float,
) -> np.ndarray:
    """p <- p - rate m / (sqrt(v) + eps): the rate has the bias correction of m and v.

    So eps is added to the root of a moment that is still biased towards zero, in the
    first step by a factor of sqrt(1 - beta2). Source: Kingma and Ba 2015, end of
    section 2, where this eps has a hat.
    """
    m = v = np.zeros_like(p)
    for rate in rates:
        g = gradient(p)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p = p - rate * m / (np.sqrt(v) + eps)
    return p


def rates(lr: float, power1: np.ndarray, power2: np.ndarray) -> np.ndarray:
    """Of every step, from the powers of beta1 and beta2 that belong to it."""
    return lr * np.sqrt(1 - power2) / (1 - power1)


def adam_of_keras(
    p: np.ndarray,
    gradient: Gradient,
    steps: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> np.ndarray:
    """With eps-hat; rates are made of rounded settings, moments of those given.

    Source: `keras.optimizers.Adam.update_step`.
    """
    t = np.arange(1, steps + 1)
    rounded = rates(in_float32(lr), in_float32(beta1) ** t, in_float32(beta2) ** t)
    return adam_eps_hat(p, gradient, rounded, beta1=beta1, beta2=beta2, eps=eps)


def adam_of_sessions(
    p: np.ndarray,
    gradient: Gradient,
    steps: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> np.ndarray:
    """With eps-hat, rounded settings, and powers that are rounded in every step.

    Source: `tf.compat.v1.train.AdamOptimizer`.
    """
    lr, beta1, beta2, eps = map(in_float32, (lr, beta1, beta2, eps))
    power1, power2 = (
        in_float32(np.cumprod(np.full(steps, beta, "float32")))
        for beta in (beta1, beta2)
    )
    rounded = rates(lr, power1, power2)
    return adam_eps_hat(p, gradient, rounded, beta1=beta1, beta2=beta2, eps=eps)


def adam_of_mxnet(
    p: np.ndarray,
    gradient: Gradient,
    steps: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> np.ndarray:
    """With eps-hat; rates are exact until they are rounded, and so are the others.

    Source: `mxnet.optimizer.Adam.update`, and the parameters of the op `adam_update`.
    """
    t = np.arange(1, steps + 1)
    rounded = in_float32(rates(lr, beta1**t, beta2**t))
    beta1, beta2, eps = map(in_float32, (beta1, beta2, eps))
    return adam_eps_hat(p, gradient, rounded, beta1=beta1, beta2=beta2, eps=eps)
