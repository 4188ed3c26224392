"""Recurrent layers and attention: gates, axes, masks."""

import keras
import tensorflow as tf


def lstm_parameters():
    layer = keras.layers.LSTM(5)
    layer.build((None, 4, 3))
    return [tuple(p.shape) for p in layer.weights]


def lstm_parameters_equal():
    layer = keras.layers.LSTM(1, recurrent_initializer="zeros", unit_forget_bias=False)
    layer.build((None, 2, 1))
    layer.cell.kernel.assign([[0.1, 0.2, 0.3, 0.4]])
    return layer(tf.ones((1, 2, 1)))


def lstm_output():
    return tuple(keras.layers.LSTM(5)(tf.zeros((2, 4, 3))).shape)


def lstm_output_equal():
    layer = keras.layers.LSTM(5, return_sequences=True)
    return tuple(layer(tf.zeros((2, 4, 3))).shape)


def lstm_forget_bias():
    layer = keras.layers.LSTM(1000)
    layer.build((None, 4, 3))
    _, forget, _, _ = tf.split(layer.cell.bias, 4)
    return tf.reduce_min(forget)


def gru_gates():
    layer = keras.layers.GRU(1)
    layer.build((None, 1, 1))
    for p, numbers in zip(
        layer.weights,
        ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.0, 0.0, 0.0, 0.0, 0.0, 0.7]),
        strict=True,
    ):
        p.assign(tf.reshape(tf.constant(numbers), p.shape))
    return layer(tf.ones((1, 1, 1)), initial_state=tf.ones((1, 1)))[0, 0]


def gru_gates_equal():
    layer = keras.layers.GRU(1)
    layer.build((None, 1, 1))
    for p, numbers in zip(
        layer.weights,
        ([0.2, 0.1, 0.3], [0.5, 0.4, 0.6], [0.0, 0.0, 0.0, 0.0, 0.0, 0.7]),
        strict=True,
    ):
        p.assign(tf.reshape(tf.constant(numbers), p.shape))
    return layer(tf.ones((1, 1, 1)), initial_state=tf.ones((1, 1)))[0, 0]


def sequences_read():
    return keras.layers.LSTM(4)(tf.zeros((5, 7, 3))).shape[0]


def attention_weights():
    layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)
    layer.build((1, 4, 6), (1, 4, 6))
    return tuple(layer.query_dense.kernel.shape)


def attention_weights_equal():
    layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)
    layer.build((1, 4, 6), (1, 4, 6))
    return tuple(tf.reshape(layer.query_dense.kernel, (6, 6)).shape)


def attention_mask():
    query, key = tf.zeros((1, 1, 1, 1)), tf.zeros((1, 2, 1, 1))
    value, mask = tf.constant([1.0, 2.0], shape=(1, 2, 1, 1)), [[[[True, False]]]]
    return keras.ops.dot_product_attention(query, key, value, mask=mask)[0]


def attention_layer_mask():
    layer = keras.layers.MultiHeadAttention(
        num_heads=1, key_dim=1, use_bias=False, kernel_initializer="ones"
    )
    x, mask = tf.constant([[[1.0], [2.0]]]), tf.constant([[[True, False]]])
    return layer(x[:, :1], x, attention_mask=mask)
