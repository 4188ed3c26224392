"""Linear regression, in TensorFlow."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import mean_squared_error


def build(dtype: str) -> keras.Model:
    """10 -> 1."""
    return sequential((10,), linear(1, "output", dtype))


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The predictions, (N, 1)."""
    return model(batch["x"])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The mean squared error."""
    return mean_squared_error(model(batch["x"], training=True), batch["y"])
