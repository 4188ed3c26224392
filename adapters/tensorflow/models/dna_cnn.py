"""A convolution over DNA, in TensorFlow.

Sequences have their channels last, (N, T, C).
"""

import keras
import tensorflow as tf
from keras import layers

from ...contract import Batch
from ..layers import convolution, linear, max_pool, relu, sequential
from ..losses import cross_entropy


def build(dtype: str) -> keras.Model:
    """16 filters of 12 letters, the largest response of each -> 4."""
    return sequential(
        (4, 100),
        layers.Permute((2, 1), dtype=dtype),
        convolution(16, (12,), "conv", dtype),
        relu("relu", dtype),
        max_pool(None, "pool", dtype),
        linear(4, "output", dtype),
    )


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The logits of the classes, (N, 4)."""
    return model(batch["x"])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"], training=True), batch["y"])
