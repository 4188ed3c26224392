"""What was found in TensorFlow and Keras: how far each is from what is right."""

import math

import numpy as np
import tensorflow as tf
from keras import layers


def gelu_in_float32():
    x = tf.constant(1.0, tf.float64)
    exact = 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715))
    return abs(float(tf.nn.gelu(x, approximate=True)) - exact)


def slope_of_leaky_relu_in_float32():
    return abs(float(tf.nn.leaky_relu(tf.constant(-3.0, tf.float64), 0.1)) + 0.3)


def transpose_of_a_wide_stride():
    y = layers.Conv2DTranspose(1, kernel_size=1, strides=2)(np.ones((1, 2, 2, 1)))
    # (n - 1) stride + size, of which nothing is 4
    return abs(y.shape[1] - 3)


def stride_with_dilation():
    try:
        layers.Conv1D(1, 2, strides=2, dilation_rate=2)(np.ones((1, 5, 1)))
    except ValueError:
        return 1
    return 0


def slope_of_selu_at_zero():
    x = tf.constant(0.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.selu(x)
    # The exponential's side, which the others take: scale alpha.
    return abs(float(tape.gradient(y, x)) - 1.0507009873554805 * 1.6732632423543772)
