"""First parameters, and what is done in training only."""

import torch
from torch import nn


def dense_start():
    layer = nn.Linear(100, 1000)
    return [layer.weight.abs().max(), layer.bias.abs().max()]


def dense_start_equal():
    layer = nn.Linear(100, 1000)
    nn.init.uniform_(layer.weight, -0.1, 0.1)
    nn.init.zeros_(layer.bias)
    return [layer.weight.abs().max(), layer.bias.abs().max()]


def embedding_start():
    return nn.Embedding(1000, 100).weight.std()


def embedding_start_equal():
    layer = nn.Embedding(1000, 100)
    nn.init.normal_(layer.weight, std=0.02)
    return layer.weight.std()


def dropout_rate():
    return nn.Dropout(0.1)(torch.ones(1000)).max()


def dropout_mode():
    return bool((nn.Dropout(0.5)(torch.ones(1000)) == 0).any())


def dropout_mode_equal():
    layer = nn.Dropout(0.5).eval()
    return bool((layer(torch.ones(1000)) == 0).any())
