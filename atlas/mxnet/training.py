"""First parameters, and what is done in training only."""

import mxnet as mx
from mxnet import autograd, nd
from mxnet.gluon import nn


def dense_start():
    layer = nn.Dense(1000, in_units=100)
    layer.initialize()
    return [p.data().abs().max() for p in (layer.weight, layer.bias)]


def dense_start_equal():
    layer = nn.Dense(1000, in_units=100)
    layer.initialize(mx.init.Uniform(0.1))
    return [p.data().abs().max() for p in (layer.weight, layer.bias)]


def embedding_start():
    layer = nn.Embedding(1000, 100)
    layer.initialize()
    return layer.weight.data().norm() / 100000**0.5


def embedding_start_equal():
    layer = nn.Embedding(1000, 100)
    layer.initialize(mx.init.Normal(0.02))
    return layer.weight.data().norm() / 100000**0.5


def dropout_rate():
    with autograd.record():
        return nn.Dropout(0.1)(nd.ones(1000)).max()


def dropout_mode():
    return bool((nn.Dropout(0.5)(nd.ones(1000)) == 0).max())
