"""Recurrent layers and attention: gates, axes, masks."""

import jax
import jax.numpy as jnp
from jax.experimental import rnn


def lstm_parameters():
    return [rnn.init_lstm_weight(jax.random.key(0), 3, 5, 1, False).shape]


def lstm_parameters_equal():
    gates, zeros = jnp.array([0.1, 0.2, 0.3, 0.4]), jnp.zeros(4)
    parts = rnn.unpack_lstm_weights(
        jnp.concatenate([gates, zeros, zeros, zeros]), 1, 1, 1, False
    )
    x, zero, lengths = jnp.ones((1, 2, 1)), jnp.zeros((1, 1, 1)), jnp.array([2])
    return rnn.lstm_ref(x, zero, zero, *parts, lengths, 1, 1, 1, 0.0, False)[1]


def lstm_output():
    weights = rnn.init_lstm_weight(jax.random.key(0), 3, 5, 1, False)
    x, zero, lengths = jnp.zeros((2, 4, 3)), jnp.zeros((1, 2, 5)), jnp.array([4, 4])
    parts = rnn.unpack_lstm_weights(weights, 3, 5, 1, False)
    y, _, _ = rnn.lstm_ref(x, zero, zero, *parts, lengths, 3, 5, 1, 0.0, False)
    return y.shape


def sequences_read():
    weights = rnn.init_lstm_weight(jax.random.key(0), 3, 4, 1, False)
    x, zero, lengths = jnp.zeros((5, 7, 3)), jnp.zeros((1, 5, 4)), jnp.full(5, 7)
    parts = rnn.unpack_lstm_weights(weights, 3, 4, 1, False)
    _, h, _ = rnn.lstm_ref(x, zero, zero, *parts, lengths, 3, 4, 1, 0.0, False)
    return h.shape[1]


def attention_mask():
    query, key = jnp.zeros((1, 1, 1, 1)), jnp.zeros((1, 2, 1, 1))
    value = jnp.array([1.0, 2.0]).reshape(1, 2, 1, 1)
    mask = jnp.array([[[[True, False]]]])
    return jax.nn.dot_product_attention(query, key, value, mask=mask)[0]
