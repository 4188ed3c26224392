"""Where numbers lie in arrays, and of which type they are."""

import keras
import numpy as np
import tensorflow as tf


def conv_layout():
    layer = keras.layers.Conv2D(8, 5)
    layer.build((None, 32, 32, 3))
    return tuple(layer.kernel.shape)


def conv_layout_equal():
    x = tf.reshape(tf.range(8.0), (1, 2, 2, 2))
    weight = tf.reshape(tf.range(8.0), (1, 2, 2, 2))
    x, kernel = tf.transpose(x, (0, 2, 3, 1)), tf.transpose(weight, (2, 3, 1, 0))
    return tf.reduce_sum(tf.nn.conv2d(x, kernel, strides=1, padding="VALID"))


def dense_layout():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    return tuple(layer.kernel.shape)


def dense_layout_equal():
    weight = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return (tf.constant([[1.0, 2.0, 3.0]]) @ weight)[0]


def flatten_order():
    channels_first = tf.reshape(tf.range(1.0, 9.0), (1, 2, 2, 2))
    x = tf.transpose(channels_first, (0, 2, 3, 1))
    return keras.layers.Flatten()(x)[0]


def flatten_order_equal():
    channels_first = tf.reshape(tf.range(1.0, 9.0), (1, 2, 2, 2))
    x = tf.transpose(channels_first, (0, 2, 3, 1))
    return keras.layers.Flatten()(keras.layers.Permute((3, 1, 2))(x))[0]


def dense_on_sequences():
    return tuple(keras.layers.Dense(5)(tf.zeros((2, 3, 4))).shape)


def float_types():
    return [tf.constant(x).dtype.name for x in (0.5, np.array(0.5))]


def float_types_equal():
    return tf.constant(np.array(0.5), dtype=tf.float64).dtype.name


def float_labels():
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(tf.constant([0.9]), tf.constant([[1.0, 0.0]]))


def float_labels_equal():
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(tf.constant([0]), tf.constant([[1.0, 0.0]]))
