"""Layers and losses in MXNet and Gluon."""

from mxnet import nd
from mxnet.gluon import nn


def linear(inputs, outputs, dtype):
    """x W' + b with a weight of (D_out, D_in)."""
    return nn.Dense(outputs, in_units=inputs, dtype=dtype)


def relu():
    """max(x, 0)."""
    return nn.Activation("relu")


def sequential(**layers):
    """Named layers, one after the other."""
    model = nn.HybridSequential()
    for name, layer in layers.items():
        model.register_child(layer, name)
    return model


def mean_squared_error(prediction, target):
    """The average of squared differences; Gluon's own L2Loss takes half of it."""
    return nd.mean(nd.square(prediction - target))


def cross_entropy(logits, labels):
    """The average negative log-probability of the right class."""
    return -nd.mean(nd.pick(nd.log_softmax(logits, axis=1), labels, axis=1))
