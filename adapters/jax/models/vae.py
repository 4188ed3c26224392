"""A variational autoencoder, in JAX."""

from collections.abc import Mapping

import jax.numpy as jnp
from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import linear, relu
from ..losses import binary_cross_entropy, divergence


def _autoencoded(model: Mapping, x: Array, noise: Array) -> tuple[Array, Array, Array]:
    """Images to normal distributions of codes, and a code of each back to an image."""
    h = model["relu1"](model["encoder"](x))
    mean, log_variance = model["mean"](h), model["log_variance"](h)
    code = mean + jnp.exp(log_variance / 2) * noise
    return model["output"](model["relu2"](model["decoder"](code))), mean, log_variance


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


def predict(model: Mapping, batch: Batch) -> Array:
    """The logits of the pixels, (N, 64)."""
    logits, _, _ = _autoencoded(model, batch["x"], batch["noise"])
    return logits


def loss(model: Mapping, batch: Batch) -> Array:
    """The cross entropy of the pixels plus the divergence of the code, in nats."""
    logits, mean, log_variance = _autoencoded(model, batch["x"], batch["noise"])
    return binary_cross_entropy(logits, batch["x"]) + divergence(mean, log_variance)
