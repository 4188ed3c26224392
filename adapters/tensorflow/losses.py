"""Losses in TensorFlow, averaged over the samples."""

import tensorflow as tf


def mean_squared_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """The mean of squared differences."""
    return tf.reduce_mean(tf.square(prediction - target))


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """The mean negative log-probability of the labels; classes are the last axis."""
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    return tf.reduce_mean(each)


def binary_cross_entropy(logits: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """The negative log-probability of a sample's targets, (N, D), summed over D."""
    each = tf.nn.sigmoid_cross_entropy_with_logits(target, logits)
    return tf.reduce_mean(tf.reduce_sum(each, axis=-1))


def divergence(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """The Kullback-Leibler divergence from the standard normal distribution, in nats.

    It is that of normal distributions, (N, D), summed over D.
    """
    each = tf.square(mean) + tf.exp(log_variance) - log_variance - 1
    return tf.reduce_mean(tf.reduce_sum(each, axis=-1)) / 2
