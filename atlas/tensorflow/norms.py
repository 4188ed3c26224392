"""Normalisation: what is added to a variance, and which variance is kept."""

import keras
import tensorflow as tf


def batch_norm_eps():
    x = tf.constant([[-0.01], [0.01]])
    return keras.layers.BatchNormalization()(x, training=True)[1, 0]


def batch_norm_eps_equal():
    x = tf.constant([[-0.01], [0.01]])
    return keras.layers.BatchNormalization(epsilon=1e-5)(x, training=True)[1, 0]


def batch_norm_momentum():
    layer = keras.layers.BatchNormalization()
    layer(tf.constant([[9.0], [11.0]]), training=True)
    return layer.moving_mean[0]


def batch_norm_momentum_equal():
    layer = keras.layers.BatchNormalization(momentum=0.9)
    layer(tf.constant([[9.0], [11.0]]), training=True)
    return layer.moving_mean[0]


def batch_norm_variance():
    layer = keras.layers.BatchNormalization(momentum=0.0)
    layer(tf.constant([[1.0], [2.0], [3.0], [4.0]]), training=True)
    return layer.moving_variance[0]


def batch_norm_when():
    layer = keras.layers.BatchNormalization()
    layer(tf.constant([[9.0], [11.0]]), training=True)
    return bool(layer.moving_mean[0] != 0)


def batch_norm_op():
    x, two, zero = tf.constant([[-0.01], [0.01]]), tf.constant([2.0]), tf.zeros(1)
    mean, variance = tf.nn.moments(x, axes=[0])
    return keras.ops.batch_normalization(x, mean, variance, -1, zero, two)[1, 0]


def batch_norm_op_equal():
    x, two, zero = tf.constant([[-0.01], [0.01]]), tf.constant([2.0]), tf.zeros(1)
    mean, variance = tf.nn.moments(x, axes=[0])
    return tf.nn.batch_normalization(x, mean, variance, zero, two, 1e-5)[1, 0]


def layer_norm_eps():
    return keras.layers.LayerNormalization()(tf.constant([[-0.01, 0.01]]))[0, 1]


def layer_norm_eps_equal():
    layer = keras.layers.LayerNormalization(epsilon=1e-5)
    return layer(tf.constant([[-0.01, 0.01]]))[0, 1]


def group_norm_eps():
    layer = keras.layers.GroupNormalization(groups=1)
    return layer(tf.constant([[-0.01, 0.01]]))[0, 1]


def group_norm_eps_equal():
    layer = keras.layers.GroupNormalization(groups=1, epsilon=1e-5)
    return layer(tf.constant([[-0.01, 0.01]]))[0, 1]


def rms_norm_eps():
    return keras.layers.RMSNormalization()(tf.constant([[0.001, 0.001]]))[0, 0]
