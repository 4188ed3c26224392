"""Gradient descent with momentum, written in JAX's own arrays."""

import jax
import jax.numpy as jnp


def init(params):
    """Velocities of zero."""
    return jax.tree.map(jnp.zeros_like, params)


def update(params, grads, velocities, *, lr, momentum):
    """v <- momentum v + g, then p <- p - lr v; returns new trees."""
    velocities = jax.tree.map(lambda v, g: momentum * v + g, velocities, grads)
    params = jax.tree.map(lambda p, v: p - lr * v, params, velocities)
    return params, velocities
