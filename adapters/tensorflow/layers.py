"""Layers and losses in TensorFlow and Keras."""

import keras
import tensorflow as tf


def linear(inputs: int, outputs: int, dtype: str) -> keras.layers.Dense:
    """x W + b with a kernel of (D_in, D_out)."""
    return keras.layers.Dense(outputs, dtype=dtype)


def relu() -> keras.layers.ReLU:
    """max(x, 0)."""
    # A Keras layer casts what it gets to its own dtype unless told otherwise.
    return keras.layers.ReLU(autocast=False)


def sequential(**layers: keras.layers.Layer) -> keras.Sequential:
    """Named layers, one after the other."""
    for name, layer in layers.items():
        layer.name = name
    return keras.Sequential(list(layers.values()))


def mean_squared_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """The average of squared differences."""
    return tf.reduce_mean(tf.square(prediction - target))


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """The average negative log-probability of the right class."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(losses)
