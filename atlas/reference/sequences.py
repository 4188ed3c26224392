"""Recurrent layers and attention: gates, axes, masks."""

import reference_impl as ri
from reference_impl import nn


def lstm_parameters():
    layer = nn.LSTM.init(ri.random.key(0), 3, 5)
    return [p.shape for p in (layer.weight, layer.hidden_weight, layer.bias)]


def lstm_parameters_equal():
    layer = nn.LSTM(ri.tensor([[0.1, 0.2, 0.3, 0.4]]), ri.zeros((1, 4)))
    _, (h, _) = layer(ri.ones((1, 2, 1)))
    return h


def lstm_output():
    output, _ = nn.LSTM.init(ri.random.key(0), 3, 5)(ri.zeros((2, 4, 3)))
    return output.shape


def lstm_forget_bias():
    layer = nn.LSTM.init(ri.random.key(0), 3, 1000)
    _, forget, _, _ = ri.split(layer.bias, 4)
    return ri.min(forget)


def lstm_forget_bias_equal():
    layer = nn.LSTM.init(ri.random.key(0), 3, 1000)
    bias = layer.bias.at[1000:2000].set(1.0)
    return ri.min(ri.split(bias, 4)[1])


def gru_gates():
    layer = nn.GRU(
        ri.tensor([[0.1, 0.2, 0.3]]),
        ri.tensor([[0.4, 0.5, 0.6]]),
        ri.tensor([0.0, 0.0, 0.0]),
        ri.tensor([0.0, 0.0, 0.7]),
    )
    return layer(ri.ones((1, 1, 1)), ri.ones((1, 1)))[0][0, 0, 0]


def sequences_read():
    _, (h, _) = nn.LSTM.init(ri.random.key(0), 3, 4)(ri.zeros((5, 7, 3)))
    return h.shape[0]


def attention_weights():
    return nn.MultiHeadAttention.init(ri.random.key(0), 6, 2).query.weight.shape


def attention_mask():
    query, key = ri.zeros((1, 1, 1)), ri.zeros((1, 2, 1))
    value, mask = ri.tensor([[[1.0], [2.0]]]), ri.tensor([[True, False]])
    return nn.scaled_dot_product_attention(query, key, value, mask=mask)


def attention_layer_mask():
    one = nn.Linear(ri.ones((1, 1)))
    layer = nn.MultiHeadAttention(one, one, one, one, heads=1)
    memory, mask = ri.tensor([[[1.0], [2.0]]]), ri.tensor([[True, False]])
    return layer(memory[:, :1], memory, mask=mask)
