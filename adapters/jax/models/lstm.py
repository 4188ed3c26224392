"""A classifier of sequences by an LSTM, in JAX."""

from collections.abc import Callable

from jax import Array
from jax.typing import DTypeLike

from ..layers import last, linear, lstm, sequential
from ..losses import cross_entropy


def build(dtype: DTypeLike) -> dict:
    """What is in mind after the last step -> 10."""
    return sequential(
        lstm=lstm(1, 32, dtype),
        last=last(),
        output=linear(32, 10, dtype),
    )


def predict(model: Callable, batch: dict[str, Array]) -> Array:
    """The scores of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: Callable, batch: dict[str, Array]) -> Array:
    """How surprising the right classes are."""
    return cross_entropy(model(batch["x"]), batch["y"])
