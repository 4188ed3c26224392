"""Losses in JAX, averaged over the samples."""

import jax
import jax.numpy as jnp
from jax import Array


def mean_squared_error(prediction: Array, target: Array) -> Array:
    """The mean of squared differences."""
    return jnp.mean(jnp.square(prediction - target))


def cross_entropy(logits: Array, labels: Array) -> Array:
    """The mean negative log-probability of the labels; classes are the last axis."""
    log_probabilities = jax.nn.log_softmax(logits, axis=-1)
    return -jnp.mean(jnp.take_along_axis(log_probabilities, labels[..., None], axis=-1))


def binary_cross_entropy(logits: Array, target: Array | float) -> Array:
    """The negative log-probability of a sample's targets, (N, D), summed over D."""
    # -target log p - (1 - target) log (1 - p), for p = sigmoid(logits)
    return jnp.mean(jnp.sum(jax.nn.softplus(logits) - target * logits, axis=-1))


def divergence(mean: Array, log_variance: Array) -> Array:
    """The Kullback-Leibler divergence from the standard normal distribution, in nats.

    It is that of normal distributions, (N, D), summed over D.
    """
    each = jnp.square(mean) + jnp.exp(log_variance) - log_variance - 1
    return jnp.mean(jnp.sum(each, axis=-1)) / 2
