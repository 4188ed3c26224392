"""Functions of single numbers, and statistics."""

import keras
import tensorflow as tf


def gelu():
    return keras.activations.gelu(tf.constant(1.0))


def gelu_function():
    return keras.ops.gelu(tf.constant(1.0))


def gelu_function_equal():
    return keras.ops.gelu(tf.constant(1.0), approximate=False)


def leaky_relu():
    return keras.layers.LeakyReLU()(tf.constant(-1.0))


def leaky_relu_equal():
    return keras.layers.LeakyReLU(negative_slope=0.01)(tf.constant(-1.0))


def leaky_relu_function():
    return tf.nn.leaky_relu(tf.constant(-1.0))


def leaky_relu_function_equal():
    return tf.nn.leaky_relu(tf.constant(-1.0), alpha=0.01)


def hard_sigmoid():
    return keras.activations.hard_sigmoid(tf.constant(1.0))


def softplus():
    x = tf.constant(20.5, dtype=tf.float64)
    return tf.nn.softplus(x) - x


def standard_deviation():
    return tf.math.reduce_std(tf.constant([1.0, 2.0, 3.0, 4.0]))


def round_half():
    return tf.round(tf.constant([0.5, 1.5, 2.5]))


def python_float():
    return keras.ops.cast(0.9, "float64")


def rint_half():
    return tf.math.rint(tf.constant([0.5, 1.5, 2.5]))


def python_float_equal():
    return tf.constant(0.9, dtype=tf.float64)


def log_softmax_accuracy():
    x = tf.tile(tf.linspace([-3.0], [3.0], 10, axis=1), (1000, 1))
    x *= tf.random.uniform((1000, 1))
    error = tf.nn.log_softmax(x) - tf.cast(
        tf.nn.log_softmax(tf.cast(x, tf.float64)), tf.float32
    )
    return bool(tf.reduce_max(tf.abs(error)) < 1e-6)
