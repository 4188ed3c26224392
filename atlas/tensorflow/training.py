"""First parameters, and what is done in training only."""

import keras
import tensorflow as tf


def dense_start():
    layer = keras.layers.Dense(1000)
    layer.build((None, 100))
    return [tf.reduce_max(tf.abs(p)) for p in (layer.kernel, layer.bias)]


def dense_start_equal():
    uniform = keras.initializers.RandomUniform(-0.1, 0.1)
    layer = keras.layers.Dense(1000, kernel_initializer=uniform)
    layer.build((None, 100))
    return [tf.reduce_max(tf.abs(p)) for p in (layer.kernel, layer.bias)]


def embedding_start():
    layer = keras.layers.Embedding(1000, 100)
    layer.build()
    return tf.math.reduce_std(layer.embeddings)


def embedding_start_equal():
    normal = keras.initializers.RandomNormal(stddev=0.02)
    layer = keras.layers.Embedding(1000, 100, embeddings_initializer=normal)
    layer.build()
    return tf.math.reduce_std(layer.embeddings)


def dropout_rate():
    return tf.reduce_max(keras.layers.Dropout(0.1)(tf.ones(1000), training=True))


def dropout_mode():
    return bool(tf.reduce_any(keras.layers.Dropout(0.5)(tf.ones(1000)) == 0))
