"""The models, in JAX."""

from collections.abc import Callable

import jax
from jax.typing import DTypeLike

from .layers import cross_entropy, linear, mean_squared_error, relu, sequential


def linear_regression(dtype: DTypeLike) -> Callable:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def mlp(dtype: DTypeLike) -> Callable:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def activations(
    model: Callable, params: dict[str, dict[str, jax.Array]], x: jax.Array
) -> dict[str, jax.Array]:
    """The result of every layer, by name."""
    results = {}
    for name, layer in model.layers.items():
        results[name] = x = layer.apply(params[name], x)
    return results


MODELS = {"linear_regression": linear_regression, "mlp": mlp}
LOSSES = {"mean_squared_error": mean_squared_error, "cross_entropy": cross_entropy}
