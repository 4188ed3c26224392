"""A classifier of sequences by an LSTM, in JAX."""

from collections.abc import Callable

from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import last, linear, lstm, sequential
from ..losses import cross_entropy


def build(dtype: DTypeLike) -> dict:
    """Steps of 1 feature, a state of 32, of which the last -> 10."""
    return sequential(
        lstm=lstm(1, 32, dtype),
        last=last(),
        output=linear(32, 10, dtype),
    )


def predict(model: Callable, batch: Batch) -> Array:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: Callable, batch: Batch) -> Array:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
