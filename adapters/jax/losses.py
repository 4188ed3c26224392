"""Losses in JAX; all are means over the batch."""

import jax
import jax.numpy as jnp
from jax import Array


def mean_squared_error(prediction: Array, target: Array) -> Array:
    """The average of squared differences."""
    return jnp.mean(jnp.square(prediction - target))


def cross_entropy(logits: Array, labels: Array) -> Array:
    """The average negative log-probability of the right class."""
    log_chances = jax.nn.log_softmax(logits, axis=-1)
    return -jnp.mean(jnp.take_along_axis(log_chances, labels[..., None], axis=-1))


def binary_cross_entropy(logits: Array, target: Array | float) -> Array:
    """The same for answers of yes (1) or no (0), summed over the last axis."""
    # -target log p - (1 - target) log (1 - p), for p = sigmoid(logits)
    return jnp.mean(jnp.sum(jax.nn.softplus(logits) - target * logits, axis=-1))


def divergence(mean: Array, log_variance: Array) -> Array:
    """From normal distributions to the standard one, summed over the last axis."""
    terms = jnp.square(mean) + jnp.exp(log_variance) - 1 - log_variance
    return jnp.mean(jnp.sum(terms, axis=-1)) / 2
