"""A variational autoencoder, in TensorFlow."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import linear, relu
from ..losses import binary_cross_entropy, divergence


def build(dtype: str) -> keras.Model:
    """64 -> 32 -> a code of 8 -> 32 -> 64."""
    image, noise = keras.Input((64,), dtype=dtype), keras.Input((8,), dtype=dtype)
    h = relu("relu1", dtype)(linear(32, "encoder", dtype)(image))
    mean = linear(8, "mean", dtype)(h)
    log_variance = linear(8, "log_variance", dtype)(h)
    code = mean + keras.ops.exp(log_variance / 2) * noise
    h = relu("relu2", dtype)(linear(32, "decoder", dtype)(code))
    logits = linear(64, "output", dtype)(h)
    return keras.Model([image, noise], [logits, mean, log_variance])


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The logits of the pixels, (N, 64)."""
    logits, _, _ = model([batch["x"], batch["noise"]])
    return logits


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The cross entropy of the pixels plus the divergence of the code, in nats."""
    inputs = [batch["x"], batch["noise"]]
    logits, mean, log_variance = model(inputs, training=True)
    return binary_cross_entropy(logits, batch["x"]) + divergence(mean, log_variance)
