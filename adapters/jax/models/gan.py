"""A pair of adversaries, in JAX."""

from collections.abc import Mapping

from jax import Array, lax
from jax.typing import DTypeLike

from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


def build(dtype: DTypeLike) -> dict:
    """8 -> 32 -> 2, and 2 -> 32 -> 1."""
    return {
        "generator": sequential(
            hidden=linear(8, 32, dtype),
            relu=relu(),
            output=linear(32, 2, dtype),
        ),
        "discriminator": sequential(
            hidden=linear(2, 32, dtype),
            leaky_relu=leaky_relu(SLOPE),
            output=linear(32, 1, dtype),
        ),
    }


def predict(model: Mapping, batch: dict[str, Array]) -> Array:
    """Points, (N, 2)."""
    return model["generator"](batch["z1"])


def discriminator_loss(model: Mapping, batch: dict[str, Array]) -> Array:
    """How surprising it is that points are real, and that made ones are not."""
    made = lax.stop_gradient(model["generator"](batch["z1"]))
    real = binary_cross_entropy(model["discriminator"](batch["x"]), 1.0)
    return real + binary_cross_entropy(model["discriminator"](made), 0.0)


def generator_loss(model: Mapping, batch: dict[str, Array]) -> Array:
    """How surprising it would be that made points are real."""
    made = model["generator"](batch["z2"])
    return binary_cross_entropy(model["discriminator"](made), 1.0)
