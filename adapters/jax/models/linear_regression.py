"""Linear regression, in JAX."""

from collections.abc import Callable

from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import mean_squared_error


def build(dtype: DTypeLike) -> dict:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def predict(model: Callable, batch: Batch) -> Array:
    """The predictions, (N, 1)."""
    return model(batch["x"])


def loss(model: Callable, batch: Batch) -> Array:
    """The mean squared error."""
    return mean_squared_error(model(batch["x"]), batch["y"])
