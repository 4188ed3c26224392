"""Losses in TensorFlow."""

import tensorflow as tf


def mean_squared_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """The average of squared differences."""
    return tf.reduce_mean(tf.square(prediction - target))


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """The average negative log-probability of the right class; classes come last."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(losses)


def binary_cross_entropy(logits: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """The negative log-probability of all targets of a sample, on average."""
    losses = tf.nn.sigmoid_cross_entropy_with_logits(target, logits)
    return tf.reduce_mean(tf.reduce_sum(losses, axis=-1))


def divergence(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """How far normal distributions are from the standard one, in nats, on average."""
    terms = mean**2 + tf.exp(log_variance) - 1 - log_variance
    return tf.reduce_mean(0.5 * tf.reduce_sum(terms, axis=-1))
