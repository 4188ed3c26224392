"""Softmax regression, in JAX."""

from collections.abc import Callable

from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import cross_entropy


def build(dtype: DTypeLike) -> dict:
    """64 -> 10."""
    return sequential(output=linear(64, 10, dtype))


def predict(model: Callable, batch: Batch) -> Array:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: Callable, batch: Batch) -> Array:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
