"""A classifier of sequences by a GRU, in TensorFlow."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import gru, last, linear, sequential
from ..losses import cross_entropy


def build(dtype: str) -> keras.Model:
    """Steps of 1 feature, a state of 32, of which the last -> 10."""
    return sequential(
        (40, 1),
        gru(32, "gru", dtype),
        last("last", dtype),
        linear(10, "output", dtype),
    )


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"], training=True), batch["y"])
