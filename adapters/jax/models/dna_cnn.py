"""A convolution over DNA, in JAX."""

from collections.abc import Callable

from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import convolution, linear, max_pool, relu, sequential
from ..losses import cross_entropy


def build(dtype: DTypeLike) -> dict:
    """16 filters of 12 letters, the largest response of each -> 4."""
    return sequential(
        conv=convolution(4, 16, (12,), dtype),
        relu=relu(),
        pool=max_pool(),
        output=linear(16, 4, dtype),
    )


def predict(model: Callable, batch: Batch) -> Array:
    """The logits of the classes, (N, 4)."""
    return model(batch["x"])


def loss(model: Callable, batch: Batch) -> Array:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
