"""Normalisation: what is added to a variance."""

import jax
import jax.numpy as jnp
from jax.example_libraries import stax


def batch_norm_eps():
    init, normalise = stax.BatchNorm(axis=0)
    _, params = init(jax.random.key(0), (2, 1))
    return normalise(params, jnp.array([[-0.01], [0.01]]))[1, 0]


def batch_norm_op():
    _, normalise = stax.BatchNorm(axis=0)
    zero_and_two = jnp.zeros(1), jnp.array([2.0])
    return normalise(zero_and_two, jnp.array([[-0.01], [0.01]]))[1, 0]


def layer_norm_eps():
    return jax.nn.standardize(jnp.array([-0.01, 0.01]))[1]
