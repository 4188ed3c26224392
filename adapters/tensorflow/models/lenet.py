"""LeNet-5, in TensorFlow.

Images have their channels last, (N, H, W, C).
"""

import keras
import tensorflow as tf
from keras import layers

from ...contract import Batch
from ..layers import convolution, flatten, linear, max_pool, relu, sequential
from ..losses import cross_entropy


def build(dtype: str) -> keras.Model:
    """Two convolutions, each with a pool; then 400 -> 120 -> 84 -> 10."""
    return sequential(
        (1, 28, 28),
        layers.Permute((2, 3, 1), dtype=dtype),
        layers.ZeroPadding2D(2, dtype=dtype),
        convolution(6, (5, 5), "conv1", dtype),
        relu("relu1", dtype),
        max_pool(2, "pool1", dtype),
        convolution(16, (5, 5), "conv2", dtype),
        relu("relu2", dtype),
        max_pool(2, "pool2", dtype),
        flatten(dtype),
        linear(120, "fc1", dtype),
        relu("relu3", dtype),
        linear(84, "fc2", dtype),
        relu("relu4", dtype),
        linear(10, "output", dtype),
    )


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"], training=True), batch["y"])
