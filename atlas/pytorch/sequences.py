"""Recurrent layers and attention: gates, axes, masks."""

import torch
import torch.nn.functional as F
from torch import nn


def lstm_parameters():
    return [p.shape for p in nn.LSTM(3, 5).parameters()]


def lstm_parameters_equal():
    layer = nn.LSTM(1, 1)
    for p in layer.parameters():
        nn.init.zeros_(p)
    layer.weight_ih_l0.data[:] = torch.tensor([[0.1], [0.2], [0.3], [0.4]])
    _, (h, _) = layer(torch.ones(2, 1, 1))
    return h


def lstm_output():
    output, _ = nn.LSTM(3, 5, batch_first=True)(torch.zeros(2, 4, 3))
    return output.shape


def lstm_forget_bias():
    layer = nn.LSTM(3, 1000)
    _, forget, _, _ = layer.bias_ih_l0.chunk(4)
    return forget.min()


def lstm_forget_bias_equal():
    layer = nn.LSTM(3, 1000)
    nn.init.ones_(layer.bias_ih_l0.data[1000:2000])
    return layer.bias_ih_l0.chunk(4)[1].min()


def gru_gates():
    layer = nn.GRU(1, 1, batch_first=True)
    for p, numbers in zip(
        layer.parameters(),
        ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.0, 0.0, 0.0], [0.0, 0.0, 0.7]),
        strict=True,
    ):
        p.data = torch.tensor(numbers).reshape(p.shape)
    return layer(torch.ones(1, 1, 1), torch.ones(1, 1, 1))[0][0, 0, 0]


def sequences_read():
    _, (h, _) = nn.LSTM(3, 4)(torch.zeros(5, 7, 3))
    return h.shape[1]


def sequences_read_equal():
    _, (h, _) = nn.LSTM(3, 4, batch_first=True)(torch.zeros(5, 7, 3))
    return h.shape[1]


def attention_weights():
    return nn.MultiheadAttention(6, 2).in_proj_weight.shape


def attention_weights_equal():
    query, _, _ = nn.MultiheadAttention(6, 2).in_proj_weight.chunk(3)
    return query.T.shape


def attention_mask():
    query, key = torch.zeros(1, 1, 1), torch.zeros(1, 2, 1)
    value, mask = torch.tensor([[[1.0], [2.0]]]), torch.tensor([[True, False]])
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def attention_layer_mask():
    layer = nn.MultiheadAttention(1, 1, bias=False, batch_first=True)
    for p in layer.parameters():
        nn.init.ones_(p)
    x, mask = torch.tensor([[[1.0], [2.0]]]), torch.tensor([[True, False]])
    return layer(x[:, :1], x, x, attn_mask=mask)[0]


def attention_layer_mask_equal():
    layer = nn.MultiheadAttention(1, 1, bias=False, batch_first=True)
    for p in layer.parameters():
        nn.init.ones_(p)
    x, mask = torch.tensor([[[1.0], [2.0]]]), torch.tensor([[True, False]])
    return layer(x[:, :1], x, x, attn_mask=~mask)[0]
