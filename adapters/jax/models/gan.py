"""Generative adversarial networks, in JAX."""

from collections.abc import Mapping

from jax import Array, lax
from jax.typing import DTypeLike

from ...contract import Batch
from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


def build(dtype: DTypeLike) -> dict:
    """8 -> 32 -> 2, and 2 -> 32 -> 1."""
    return {
        "generator": sequential(
            hidden=linear(8, 32, dtype), relu=relu(), output=linear(32, 2, dtype)
        ),
        "discriminator": sequential(
            hidden=linear(2, 32, dtype),
            leaky_relu=leaky_relu(SLOPE),
            output=linear(32, 1, dtype),
        ),
    }


def predict(model: Mapping, batch: Batch) -> Array:
    """Generated points, (N, 2)."""
    return model["generator"](batch["z1"])


def discriminator_loss(model: Mapping, batch: Batch) -> Array:
    """The cross entropy of real points as real and of generated ones as fake."""
    real = model["discriminator"](batch["x"])
    points = lax.stop_gradient(model["generator"](batch["z1"]))
    fake = model["discriminator"](points)
    return binary_cross_entropy(real, 1.0) + binary_cross_entropy(fake, 0.0)


def generator_loss(model: Mapping, batch: Batch) -> Array:
    """The cross entropy of generated points as real."""
    points = model["generator"](batch["z2"])
    fake = model["discriminator"](points)
    return binary_cross_entropy(fake, 1.0)
