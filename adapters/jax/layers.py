"""Layers and losses in JAX: a layer makes parameters, and is a function of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike


class _Layer(NamedTuple):
    init: Callable[[], dict[str, jax.Array]]
    apply: Callable[[dict[str, jax.Array], jax.Array], jax.Array]


@dataclass(frozen=True)
class _Sequential:
    layers: dict[str, _Layer]

    def init(self) -> dict[str, dict[str, jax.Array]]:
        return {name: layer.init() for name, layer in self.layers.items()}

    def __call__(self, params, x):
        for name, layer in self.layers.items():
            x = layer.apply(params[name], x)
        return x


def linear(inputs: int, outputs: int, dtype: DTypeLike) -> _Layer:
    """x W + b with a weight of (D_in, D_out)."""
    return _Layer(
        init=lambda: {
            "weight": jnp.zeros((inputs, outputs), dtype),
            "bias": jnp.zeros(outputs, dtype),
        },
        apply=lambda params, x: x @ params["weight"] + params["bias"],
    )


def relu() -> _Layer:
    """max(x, 0)."""
    return _Layer(init=dict, apply=lambda params, x: jax.nn.relu(x))


def sequential(**layers: _Layer) -> _Sequential:
    """Named layers, one after the other."""
    return _Sequential(layers)


def mean_squared_error(prediction: jax.Array, target: jax.Array) -> jax.Array:
    """The average of squared differences."""
    return jnp.mean(jnp.square(prediction - target))


def cross_entropy(logits: jax.Array, labels: jax.Array) -> jax.Array:
    """The average negative log-probability of the right class."""
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
    return -jnp.mean(chosen)
