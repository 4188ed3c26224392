"""A variational autoencoder, in JAX."""

from collections.abc import Mapping

import jax.numpy as jnp
from jax import Array
from jax.typing import DTypeLike

from ..layers import linear, relu
from ..losses import binary_cross_entropy, divergence


def _encoded(model: Mapping, x: Array) -> tuple[Array, Array]:
    """The normal distribution of the code: mean and log variance."""
    h = model["relu1"](model["encoder"](x))
    return model["mean"](h), model["log_variance"](h)


def _decoded(model: Mapping, mean: Array, log_variance: Array, noise: Array) -> Array:
    """The logits of the pixels, for a code drawn with this noise."""
    code = mean + jnp.exp(log_variance / 2) * noise
    return model["output"](model["relu2"](model["decoder"](code)))


def build(dtype: DTypeLike) -> dict:
    """64 -> 32 -> a code of 8 -> 32 -> 64."""
    return {
        "encoder": linear(64, 32, dtype),
        "relu1": relu(),
        "mean": linear(32, 8, dtype),
        "log_variance": linear(32, 8, dtype),
        "decoder": linear(8, 32, dtype),
        "relu2": relu(),
        "output": linear(32, 64, dtype),
    }


def predict(model: Mapping, batch: dict[str, Array]) -> Array:
    """The logits of the pixels, (N, 64)."""
    mean, log_variance = _encoded(model, batch["x"])
    return _decoded(model, mean, log_variance, batch["noise"])


def loss(model: Mapping, batch: dict[str, Array]) -> Array:
    """The cross entropy of the pixels plus the divergence of the code, in nats."""
    mean, log_variance = _encoded(model, batch["x"])
    logits = _decoded(model, mean, log_variance, batch["noise"])
    return binary_cross_entropy(logits, batch["x"]) + divergence(mean, log_variance)
