"""Normalisation: what is added to a variance, and which variance is kept."""

from mxnet import autograd, nd
from mxnet.gluon import nn


def batch_norm_eps():
    layer = nn.BatchNorm()
    layer.initialize()
    with autograd.record():
        return layer(nd.array([[-0.01], [0.01]]))[1, 0]


def batch_norm_momentum():
    layer = nn.BatchNorm()
    layer.initialize()
    with autograd.record():
        y = layer(nd.array([[9.0], [11.0]]))
    y.backward()
    return layer.running_mean.data()[0]


def batch_norm_momentum_equal():
    layer = nn.BatchNorm(momentum=0.9)
    layer.initialize()
    with autograd.record():
        y = layer(nd.array([[9.0], [11.0]]))
    y.backward()
    return layer.running_mean.data()[0]


def batch_norm_variance():
    layer = nn.BatchNorm(momentum=0.0)
    layer.initialize()
    with autograd.record():
        y = layer(nd.array([[1.0], [2.0], [3.0], [4.0]]))
    y.backward()
    return layer.running_var.data()[0]


def batch_norm_when():
    layer = nn.BatchNorm()
    layer.initialize()
    with autograd.record():
        layer(nd.array([[9.0], [11.0]]))
    return bool(layer.running_mean.data()[0] != 0)


def batch_norm_when_equal():
    layer = nn.BatchNorm()
    layer.initialize()
    with autograd.record():
        y = layer(nd.array([[9.0], [11.0]]))
    y.backward()
    return bool(layer.running_mean.data()[0] != 0)


def batch_norm_op():
    x, two, zero = nd.array([[-0.01], [0.01]]), nd.array([2.0]), nd.zeros(1)
    with autograd.record():
        return nd.BatchNorm(x, two, zero, zero, zero)[1, 0]


def batch_norm_op_equal():
    x, two, zero = nd.array([[-0.01], [0.01]]), nd.array([2.0]), nd.zeros(1)
    with autograd.record():
        return nd.BatchNorm(x, two, zero, zero, zero, eps=1e-5, fix_gamma=False)[1, 0]


def layer_norm_eps():
    layer = nn.LayerNorm()
    layer.initialize()
    return layer(nd.array([[-0.01, 0.01]]))[0, 1]


def group_norm_eps():
    layer = nn.GroupNorm(num_groups=1)
    layer.initialize()
    return layer(nd.array([[[-0.01], [0.01]]]))[0, 1, 0]
