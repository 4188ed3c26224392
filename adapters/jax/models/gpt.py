"""A transformer that predicts characters, in JAX."""

from collections.abc import Mapping

from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import (
    attention,
    embedding,
    gelu,
    layer_norm,
    linear,
    positions,
    sequential,
)
from ..losses import cross_entropy


def _block(D: int, heads: int, dtype: DTypeLike) -> dict:
    """Attention and a perceptron, each behind a norm and with a residual connection."""
    return {
        "norm1": layer_norm(D, dtype),
        "qkv": linear(D, 3 * D, dtype),
        "attention": attention(heads),
        "projection": linear(D, D, dtype),
        "norm2": layer_norm(D, dtype),
        "up": linear(D, 4 * D, dtype),
        "gelu": gelu(),
        "down": linear(4 * D, D, dtype),
    }


def _transformed(block: Mapping, x: Array) -> Array:
    read = block["attention"](block["qkv"](block["norm1"](x)))
    x = x + block["projection"](read)
    return x + block["down"](block["gelu"](block["up"](block["norm2"](x))))


def _logits(model: Mapping, x: Array) -> Array:
    x = model["positions"](model["tokens"](x))
    for name in ("block1", "block2"):
        x = _transformed(model[name], x)
    return model["output"](model["norm"](x))


def build(dtype: DTypeLike) -> dict:
    """12 characters, 32 steps, two blocks of two heads and 32 features -> 12."""
    return sequential(
        tokens=embedding(12, 32, dtype),
        positions=positions(32, 32, dtype),
        block1=_block(32, 2, dtype),
        block2=_block(32, 2, dtype),
        norm=layer_norm(32, dtype),
        output=linear(32, 12, dtype),
    )


def predict(model: Mapping, batch: Batch) -> Array:
    """The logits of the next character after each, (N, T, V)."""
    return _logits(model, batch["x"])


def loss(model: Mapping, batch: Batch) -> Array:
    """The cross entropy of the next characters."""
    return cross_entropy(_logits(model, batch["x"]), batch["y"])
