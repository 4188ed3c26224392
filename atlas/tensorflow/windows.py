"""Windows over images: their borders, their order, and images of another size."""

import keras
import tensorflow as tf


def same_padding():
    x = tf.reshape(tf.range(1.0, 7.0), (1, 6, 1))
    return tf.nn.conv1d(x, tf.ones((3, 1, 1)), stride=2, padding="SAME")[0, :, 0]


def same_by_name():
    layer = keras.layers.Conv1D(1, 3, strides=2, padding="same")
    return layer(tf.zeros((1, 6, 1))).shape[1]


def conv_default_padding():
    return tuple(keras.layers.Conv2D(1, 3)(tf.zeros((1, 5, 5, 1))).shape[1:3])


def avg_pool_borders():
    x = tf.reshape(tf.range(1.0, 7.0), (1, 6, 1))
    return tf.nn.avg_pool1d(x, 3, strides=1, padding="SAME")[0, :, 0]


def conv_transpose_kernel():
    x = tf.constant([1.0, 2.0, 3.0], shape=(1, 3, 1))
    kernel = tf.constant([1.0, 2.0, 3.0], shape=(3, 1, 1))
    return tf.nn.conv1d_transpose(x, kernel, (1, 7, 1), strides=2, padding="VALID")[
        0, :, 0
    ]


def max_pool_tie():
    x = tf.constant([2.0, 2.0, 1.0], shape=(1, 3, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.max_pool1d(x, 3, strides=3, padding="VALID")
    return tape.gradient(y, x)[0, :, 0]


def resize_up():
    x = tf.constant([1.0, 2.0], shape=(1, 1, 2, 1))
    return tf.image.resize(x, (1, 4))[0, 0, :, 0]


def resize_down():
    x = tf.constant([1.0, 2.0, 3.0, 10.0], shape=(1, 1, 4, 1))
    return tf.image.resize(x, (1, 2))[0, 0, :, 0]
