"""Optimisers in the reference framework: pairs of functions, `init` and `update`.

The formulas are written in the framework's own tensors, as all adapters have them.

Both are pure functions of trees. `native` is `reference_impl.optim`.
"""

from collections.abc import Callable
from typing import Any

import reference_impl as ri
from reference_impl import optim


def momentum(*, lr: float, momentum: float) -> optim.Optimiser:
    """v <- momentum v + g, then p <- p - lr v."""

    def init(params: Any) -> Any:
        return ri.tree.map(ri.zeros_like, params)

    def update(grads: Any, velocities: Any, params: Any) -> tuple[Any, Any]:
        velocities = ri.tree.map(lambda v, g: momentum * v + g, velocities, grads)
        return ri.tree.map(lambda p, v: p - lr * v, params, velocities), velocities

    return optim.Optimiser(init, update)


def adam(*, lr: float, beta1: float, beta2: float, eps: float) -> optim.Optimiser:
    """p <- p - lr m' / (sqrt(v') + eps), with bias-corrected moments m' and v'.

    First moment: m <- beta1 m + (1 - beta1) g. Second: v <- beta2 v + (1 - beta2) g^2.
    Bias correction in step t: m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
    """

    def init(params: Any) -> dict[str, Any]:
        m, v = (ri.tree.map(ri.zeros_like, params) for _ in range(2))
        # In float64: of 1 - beta^t, which is small, float32 would keep too little.
        return {"t": ri.tensor(0.0, dtype=ri.float64), "m": m, "v": v}

    def update(grads: Any, state: dict[str, Any], params: Any) -> tuple[Any, Any]:
        t = state["t"] + 1
        m = ri.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, state["m"], grads)
        v = ri.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, state["v"], grads)

        def updated(p: ri.Tensor, m: ri.Tensor, v: ri.Tensor) -> ri.Tensor:
            correction1 = ri.astype(1 - beta1**t, p.dtype)
            correction2 = ri.astype(1 - beta2**t, p.dtype)
            return p - lr * (m / correction1) / (ri.sqrt(v / correction2) + eps)

        return ri.tree.map(updated, params, m, v), {"t": t, "m": m, "v": v}

    return optim.Optimiser(init, update)


def formula(name: str, **settings: float) -> optim.Optimiser:
    """The optimiser of this name, by the formula that all adapters share."""
    makers: dict[str, Callable[..., optim.Optimiser]] = {
        "momentum": momentum,
        "adam": adam,
    }
    return makers[name](**settings)


def native(name: str, **settings: float) -> optim.Optimiser:
    """The framework's own optimiser of this name."""
    makers: dict[str, Callable[..., optim.Optimiser]] = {
        "momentum": optim.sgd,
        "adam": _adam,
    }
    return makers[name](**settings)


def _adam(*, lr: float, beta1: float, beta2: float, eps: float) -> optim.Optimiser:
    return optim.adam(lr=lr, betas=(beta1, beta2), eps=eps)
