"""Optimisers in JAX: pairs of functions, `init` and `update`.

The formulas are written in the framework's own tensors, as all adapters have them.

Both are pure functions of trees. `native` is `jax.example_libraries.optimizers`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.example_libraries import optimizers

_Params = dict[str, jax.Array]


class _Optimiser(NamedTuple):
    init: Callable[[_Params], Any]  # of parameters: the first state
    update: Callable[[_Params, Any, _Params], tuple[_Params, Any]]  # of gradients


def momentum(*, lr: float, momentum: float) -> _Optimiser:
    """v <- momentum v + g, then p <- p - lr v."""

    def init(params: _Params) -> _Params:
        return jax.tree.map(jnp.zeros_like, params)

    def update(
        grads: _Params, velocities: _Params, params: _Params
    ) -> tuple[_Params, _Params]:
        velocities = jax.tree.map(lambda v, g: momentum * v + g, velocities, grads)
        return jax.tree.map(lambda p, v: p - lr * v, params, velocities), velocities

    return _Optimiser(init, update)


def adam(*, lr: float, beta1: float, beta2: float, eps: float) -> _Optimiser:
    """p <- p - lr m' / (sqrt(v') + eps), with bias-corrected moments m' and v'.

    First moment: m <- beta1 m + (1 - beta1) g. Second: v <- beta2 v + (1 - beta2) g^2.
    Bias correction in step t: m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
    """

    def init(params: _Params) -> dict[str, Any]:
        m, v = (jax.tree.map(jnp.zeros_like, params) for _ in range(2))
        # In float64: of 1 - beta^t, which is small, float32 would keep too little.
        return {"t": jnp.zeros((), jnp.float64), "m": m, "v": v}

    def update(
        grads: _Params, state: dict[str, Any], params: _Params
    ) -> tuple[_Params, Any]:
        t = state["t"] + 1
        m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, state["m"], grads)
        v = jax.tree.map(
            lambda v, g: beta2 * v + (1 - beta2) * g * g, state["v"], grads
        )

        def updated(p: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
            correction1 = (1 - beta1**t).astype(p.dtype)
            correction2 = (1 - beta2**t).astype(p.dtype)
            return p - lr * (m / correction1) / (jnp.sqrt(v / correction2) + eps)

        return jax.tree.map(updated, params, m, v), {"t": t, "m": m, "v": v}

    return _Optimiser(init, update)


def formula(name: str, **settings: float) -> _Optimiser:
    """The optimiser of this name, by the formula that all adapters share."""
    makers: dict[str, Callable[..., _Optimiser]] = {"momentum": momentum, "adam": adam}
    return makers[name](**settings)


def native(name: str, **settings: float) -> _Optimiser:
    """The framework's own optimiser of this name.

    Its state holds the parameters.
    """
    makers: dict[str, Callable] = {"momentum": _momentum, "adam": _adam}
    start, step, params_of = makers[name](**settings)

    def init(params: _Params) -> Any:
        return jnp.zeros((), jnp.int32), start(params)

    def update(grads: _Params, state: Any, params: _Params) -> tuple[_Params, Any]:
        t, held = state
        held = step(t, grads, held)
        return params_of(held), (t + 1, held)

    return _Optimiser(init, update)


def _momentum(*, lr: float, momentum: float) -> optimizers.Optimizer:
    return optimizers.momentum(lr, mass=momentum)


def _adam(*, lr: float, beta1: float, beta2: float, eps: float) -> optimizers.Optimizer:
    return optimizers.adam(lr, b1=beta1, b2=beta2, eps=eps)
