"""Gradient descent with momentum, written in JAX's own arrays."""

import jax
import jax.numpy as jnp

_Params = dict[str, dict[str, jax.Array]]


def init(params: _Params) -> _Params:
    """Velocities of zero."""
    return jax.tree.map(jnp.zeros_like, params)


def update(
    params: _Params, grads: _Params, velocities: _Params, *, lr: float, momentum: float
) -> tuple[_Params, _Params]:
    """v <- momentum v + g, then p <- p - lr v; returns new trees."""
    velocities = jax.tree.map(lambda v, g: momentum * v + g, velocities, grads)
    params = jax.tree.map(lambda p, v: p - lr * v, params, velocities)
    return params, velocities
