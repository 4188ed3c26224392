"""A transformer that predicts characters, in TensorFlow."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import attention, embedding, gelu, layer_norm, linear, positions
from ..losses import cross_entropy


def _block(
    name: str, D: int, heads: int, dtype: str, x: keras.KerasTensor
) -> keras.KerasTensor:
    """Attention and a perceptron, each behind a norm and with a residual connection.

    x + projection(attention(qkv(norm1(x)))), then x + down(gelu(up(norm2(x)))).
    """
    y = linear(3 * D, f"{name}.qkv", dtype)(layer_norm(f"{name}.norm1", dtype)(x))
    y = attention(heads, f"{name}.attention", dtype)(y)
    x = x + linear(D, f"{name}.projection", dtype)(y)
    y = linear(4 * D, f"{name}.up", dtype)(layer_norm(f"{name}.norm2", dtype)(x))
    return x + linear(D, f"{name}.down", dtype)(gelu(f"{name}.gelu", dtype)(y))


def build(dtype: str) -> keras.Model:
    """12 characters, 32 steps, two blocks of two heads and 32 features -> 12."""
    text = keras.Input((32,), dtype="int64")
    x = positions(32, 32, "positions", dtype)(embedding(12, 32, "tokens", dtype)(text))
    for name in ("block1", "block2"):
        x = _block(name, 32, 2, dtype, x)
    return keras.Model(text, linear(12, "output", dtype)(layer_norm("norm", dtype)(x)))


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The logits of the next character after each, (N, T, V)."""
    return model(batch["x"])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The cross entropy of the next characters."""
    return cross_entropy(model(batch["x"], training=True), batch["y"])
