"""Normalisation: what is added to a variance, and which variance is kept."""

import torch
import torch.nn.functional as F
from torch import nn


def batch_norm_eps():
    x = torch.tensor([[-0.01], [0.01]])
    return nn.BatchNorm1d(1)(x)[1, 0]


def batch_norm_momentum():
    layer = nn.BatchNorm1d(1)
    layer(torch.tensor([[9.0], [11.0]]))
    return layer.running_mean[0]


def batch_norm_momentum_equal():
    layer = nn.BatchNorm1d(1, momentum=0.1)
    layer(torch.tensor([[9.0], [11.0]]))
    return layer.running_mean[0]


def batch_norm_variance():
    layer = nn.BatchNorm1d(1, momentum=1.0)
    layer(torch.tensor([[1.0], [2.0], [3.0], [4.0]]))
    return layer.running_var[0]


def batch_norm_variance_equal():
    x, layer = torch.tensor([[1.0], [2.0], [3.0], [4.0]]), nn.BatchNorm1d(1, momentum=1)
    layer(x)
    return layer.running_var[0] * (len(x) - 1) / len(x)


def batch_norm_when():
    layer = nn.BatchNorm1d(1)
    layer(torch.tensor([[9.0], [11.0]]))
    return bool(layer.running_mean[0] != 0)


def batch_norm_op():
    x, two, zero = torch.tensor([[-0.01], [0.01]]), torch.tensor([2.0]), torch.zeros(1)
    return F.batch_norm(x, None, None, two, zero, training=True)[1, 0]


def layer_norm_eps():
    return nn.LayerNorm(2)(torch.tensor([-0.01, 0.01]))[1]


def group_norm_eps():
    return nn.GroupNorm(1, 2)(torch.tensor([[-0.01, 0.01]]))[0, 1]


def rms_norm_eps():
    return nn.RMSNorm(2)(torch.tensor([0.001, 0.001]))[0]


def rms_norm_eps_equal():
    return nn.RMSNorm(2, eps=1e-6)(torch.tensor([0.001, 0.001]))[0]
