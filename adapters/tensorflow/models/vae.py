"""A variational autoencoder in Keras."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import linear, relu
from ..losses import binary_cross_entropy, divergence


def build(dtype: str) -> keras.Model:
    """64 -> 32 -> mean and log variance of 8; a code drawn with them -> 32 -> 64."""
    image, noise = keras.Input((64,), dtype=dtype), keras.Input((8,), dtype=dtype)
    hidden = relu("relu1", dtype)(linear(32, "encoder", dtype)(image))
    mean = linear(8, "mean", dtype)(hidden)
    log_variance = linear(8, "log_variance", dtype)(hidden)
    code = mean + keras.ops.exp(log_variance / 2) * noise
    hidden = relu("relu2", dtype)(linear(32, "decoder", dtype)(code))
    output = linear(64, "output", dtype)(hidden)
    return keras.Model([image, noise], [output, mean, log_variance])


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The score of every pixel."""
    return model([batch["x"], batch["noise"]])[0]


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The surprise of an image plus the divergence of its code, in nats."""
    images = [batch["x"], batch["noise"]]
    output, mean, log_variance = model(images, training=True)
    surprise = binary_cross_entropy(output, batch["x"])
    return surprise + divergence(mean, log_variance)
