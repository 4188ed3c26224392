"""Normalisation: what is added to a variance, and which variance is kept."""

import reference_impl as ri
from reference_impl import nn


def batch_norm_eps():
    out, _ = nn.BatchNorm.init(1).training(ri.tensor([[-0.01], [0.01]]))
    return out[1, 0]


def batch_norm_momentum():
    _, layer = nn.BatchNorm.init(1).training(ri.tensor([[9.0], [11.0]]))
    return layer.mean[0]


def batch_norm_momentum_equal():
    _, layer = nn.BatchNorm.init(1, momentum=0.1).training(ri.tensor([[9.0], [11.0]]))
    return layer.mean[0]


def batch_norm_variance():
    layer = nn.BatchNorm.init(1, momentum=1.0)
    _, layer = layer.training(ri.tensor([[1.0], [2.0], [3.0], [4.0]]))
    return layer.variance[0]


def batch_norm_variance_equal():
    layer = nn.BatchNorm.init(1, momentum=1.0, is_unbiased=False)
    _, layer = layer.training(ri.tensor([[1.0], [2.0], [3.0], [4.0]]))
    return layer.variance[0]


def batch_norm_when():
    _, layer = nn.BatchNorm.init(1).training(ri.tensor([[9.0], [11.0]]))
    return layer.mean[0].item() != 0


def batch_norm_op():
    layer = nn.BatchNorm(1, ri.tensor([2.0]), ri.tensor([0.0]))
    return layer(ri.tensor([[-0.01], [0.01]]))[1, 0]


def layer_norm_eps():
    return nn.LayerNorm.init(2)(ri.tensor([[-0.01, 0.01]]))[0, 1]


def group_norm_eps():
    return nn.GroupNorm.init(1, 2)(ri.tensor([[-0.01, 0.01]]))[0, 1]


def rms_norm_eps():
    return nn.RMSNorm.init(2)(ri.tensor([[0.001, 0.001]]))[0, 0]


def rms_norm_eps_equal():
    return nn.RMSNorm.init(2, eps=1e-6)(ri.tensor([[0.001, 0.001]]))[0, 0]
