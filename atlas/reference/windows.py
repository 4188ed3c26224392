"""Windows over images: their borders, their order."""

import reference_impl as ri
from reference_impl import nn


def same_padding():
    x = ri.reshape(ri.arange(1.0, 7.0), (1, 1, 6))
    return ri.conv(x, ri.ones((1, 1, 3)), stride=2, padding=1)[0, 0]


def same_padding_equal():
    x = ri.reshape(ri.arange(1.0, 7.0), (1, 1, 6))
    return ri.conv(x, ri.ones((1, 1, 3)), stride=2, padding=[(0, 1)])[0, 0]


def same_by_name():
    x = ri.zeros((1, 1, 6))
    return ri.conv(x, ri.ones((1, 1, 3)), stride=2, padding="same").shape[2]


def conv_default_padding():
    layer = nn.Conv2d.init(ri.random.key(0), 1, 1, 3)
    return layer(ri.zeros((1, 1, 5, 5))).shape[2:]


def avg_pool_borders():
    x = ri.reshape(ri.arange(1.0, 7.0), (1, 1, 6))
    return ri.avg_pool(x, 3, stride=1, padding=1)[0, 0]


def avg_pool_borders_equal():
    x = ri.reshape(ri.arange(1.0, 7.0), (1, 1, 6))
    return ri.avg_pool(x, 3, stride=1, padding=1, count_include_pad=False)[0, 0]


def conv_transpose_kernel():
    x = ri.tensor([[[1.0, 2.0, 3.0]]])
    weight = ri.tensor([[[1.0, 2.0, 3.0]]])
    return ri.conv_transpose(x, weight, stride=2)[0, 0]


def max_pool_tie():
    x = ri.tensor([[[2.0, 2.0, 1.0]]])
    return ri.grad(lambda x: ri.sum(ri.max_pool(x, 3)))(x)[0, 0]
