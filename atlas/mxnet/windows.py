"""Windows over images: their borders, their order, and images of another size."""

from mxnet import autograd, nd
from mxnet.gluon import nn


def same_padding():
    layer = nn.Conv1D(1, 3, strides=2, padding=1, weight_initializer="ones")
    layer.initialize()
    return layer(nd.arange(1, 7).reshape((1, 1, 6)))[0, 0]


def same_padding_equal():
    layer = nn.Conv1D(1, 3, strides=2, weight_initializer="ones")
    layer.initialize()
    x = nd.concat(nd.arange(1, 7), nd.zeros(1), dim=0)
    return layer(x.reshape((1, 1, 7)))[0, 0]


def same_by_name():
    layer = nn.Conv1D(1, 3, strides=2, padding="same")
    layer.initialize()
    return layer(nd.zeros((1, 1, 6))).shape[2]


def same_by_name_equal():
    layer = nn.Conv1D(1, 3, strides=2, padding=1)
    layer.initialize()
    return layer(nd.zeros((1, 1, 6))).shape[2]


def conv_default_padding():
    layer = nn.Conv2D(1, 3)
    layer.initialize()
    return layer(nd.zeros((1, 1, 5, 5))).shape[2:]


def avg_pool_borders():
    x = nd.arange(1, 7).reshape((1, 1, 6))
    return nn.AvgPool1D(3, strides=1, padding=1)(x)[0, 0]


def avg_pool_borders_equal():
    x = nd.arange(1, 7).reshape((1, 1, 6))
    pool = nn.AvgPool1D(3, strides=1, padding=1, count_include_pad=False)
    return pool(x)[0, 0]


def conv_transpose_kernel():
    x = nd.array([[[1, 2, 3]]])
    weight = nd.array([[[1, 2, 3]]])
    return nd.Deconvolution(x, weight, kernel=(3,), stride=(2,), num_filter=1)[0, 0]


def max_pool_tie():
    x = nd.array([[[2, 2, 1]]])
    x.attach_grad()
    with autograd.record():
        y = nn.MaxPool1D(3)(x)
    y.backward()
    return x.grad[0, 0]


def resize_up():
    x = nd.array([[[[1, 2]]]])
    return nd.contrib.BilinearResize2D(x, height=1, width=4)[0, 0, 0]


def resize_up_equal():
    x = nd.array([[[[1, 2]]]])
    return nd.contrib.BilinearResize2D(x, height=1, width=4, align_corners=False)[
        0, 0, 0
    ]


def resize_down():
    x = nd.array([[[[1, 2, 3, 10]]]])
    return nd.contrib.BilinearResize2D(x, height=1, width=2, align_corners=False)[
        0, 0, 0
    ]
