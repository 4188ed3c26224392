"""Optimisers: formulas, defaults, and where a constant stands in a formula."""

import jax
import jax.numpy as jnp
from jax.example_libraries import optimizers


def _path(optimiser, gradient, steps=1, dtype="float32"):
    """A parameter that begins at 1, after every update."""
    init, update, params = optimiser
    state, seen = init(jnp.ones((), dtype)), []
    for step in range(steps):
        g = jnp.asarray(gradient(params(state)), dtype)
        state = update(step, g, state)
        seen.append(params(state))
    return seen


def sgd_momentum():
    def lr(step):
        return jnp.array([0.1, 0.01, 0.001])[step]

    return _path(optimizers.momentum(lr, 0.9), lambda p: 1.0, steps=3)


def sgd_momentum_equal():
    return _path(optimizers.momentum(0.1, 0.9), lambda p: 1.0, steps=3)


def adam_eps_place():
    return _path(optimizers.adam(0.1, eps=1e-3), lambda p: 1.0)


def adam_eps_place_equal():
    return _path(optimizers.adam(0.1, eps=1e-12), lambda p: 1.0)


def adam_small_gradient():
    return _path(optimizers.adam(0.1), lambda p: 1e-8)


def adam_small_gradient_equal():
    return _path(optimizers.adam(0.1, eps=1e-16), lambda p: 1e-8)


def rmsprop_defaults():
    return _path(optimizers.rmsprop(0.001), lambda p: 1.0)[0]


def adagrad_start():
    return _path(optimizers.adagrad(0.1), lambda p: 1.0)


def adagrad_start_equal():
    return _path(optimizers.adagrad(0.1, momentum=0.0), lambda p: 1.0)


def clip_by_global_norm():
    return optimizers.clip_grads(jnp.array([3e-6, 4e-6]), 1e-6)


def float64_momentum():
    with jax.enable_x64(True):
        return _path(optimizers.momentum(0.1, 0.9), lambda p: 1.0, 2, "float64")


def float64_adam():
    with jax.enable_x64(True):
        return _path(optimizers.adam(0.1), lambda p: 1.0, dtype="float64")


def float64_rmsprop():
    with jax.enable_x64(True):
        return _path(optimizers.rmsprop(0.1), lambda p: 1.0, dtype="float64")
