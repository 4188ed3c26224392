"""Where numbers lie in arrays, and of which type they are."""

import numpy as np
from mxnet import gluon, nd
from mxnet.gluon import nn


def conv_layout():
    layer = nn.Conv2D(8, 5, in_channels=3)
    return layer.weight.shape


def conv_layout_equal():
    x = nd.arange(8).reshape((1, 2, 2, 2))
    weight = nd.arange(8).reshape((1, 2, 2, 2))
    return nd.Convolution(x, weight, kernel=(2, 2), num_filter=1, no_bias=True).sum()


def dense_layout():
    return nn.Dense(2, in_units=3).weight.shape


def dense_layout_equal():
    weight = nd.array([[1, 2], [3, 4], [5, 6]])
    x = nd.array([[1, 2, 3]])
    return nd.FullyConnected(x, weight.T, num_hidden=2, no_bias=True)[0]


def flatten_order():
    return nn.Flatten()(nd.arange(1, 9).reshape((1, 2, 2, 2)))[0]


def dense_on_sequences():
    layer = nn.Dense(5)
    layer.initialize()
    return layer(nd.zeros((2, 3, 4))).shape


def dense_on_sequences_equal():
    layer = nn.Dense(5, flatten=False)
    layer.initialize()
    return layer(nd.zeros((2, 3, 4))).shape


def float_types():
    return [np.dtype(nd.array(x).dtype).name for x in ([0.5], np.array([0.5]))]


def float_types_equal():
    return np.dtype(nd.array(np.array([0.5]), dtype="float64").dtype).name


def float_labels():
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return loss(nd.array([[1.0, 0.0]]), nd.array([0.9]))[0]


def float_labels_equal():
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return loss(nd.array([[1.0, 0.0]]), nd.array([0], dtype="int32"))[0]
