"""First parameters, and what is done in training only."""

import jax
import jax.numpy as jnp
from jax.example_libraries import stax


def dense_start():
    init, _ = stax.Dense(1000)
    _, params = init(jax.random.key(0), (1, 100))
    return [abs(p).max() for p in params]


def dense_start_equal():
    weight = jax.random.uniform(jax.random.key(0), (100, 1000), minval=-0.1, maxval=0.1)
    return [abs(p).max() for p in (weight, jnp.zeros(1000))]


def dropout_rate():
    _, drop = stax.Dropout(0.1)
    return drop((), jnp.ones(1000), rng=jax.random.key(0)).max()


def dropout_rate_equal():
    _, drop = stax.Dropout(1 - 0.1)
    return drop((), jnp.ones(1000), rng=jax.random.key(0)).max()


def dropout_mode():
    _, drop = stax.Dropout(0.5)
    return bool((drop((), jnp.ones(1000), rng=jax.random.key(0)) == 0).any())


def dropout_mode_equal():
    _, drop = stax.Dropout(0.5, mode="test")
    return bool((drop((), jnp.ones(1000), rng=jax.random.key(0)) == 0).any())
