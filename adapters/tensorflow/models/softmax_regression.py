"""Softmax regression, in TensorFlow."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import cross_entropy


def build(dtype: str) -> keras.Model:
    """64 -> 10."""
    return sequential((64,), linear(10, "output", dtype))


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"], training=True), batch["y"])
