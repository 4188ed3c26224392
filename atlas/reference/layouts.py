"""Where numbers lie in arrays, and of which type they are."""

import numpy as np

import reference_impl as ri
from reference_impl import nn


def conv_layout():
    return nn.Conv2d.init(ri.random.key(0), 3, 8, 5).weight.shape


def conv_layout_equal():
    x = ri.reshape(ri.arange(8.0), (1, 2, 2, 2))
    weight = ri.reshape(ri.arange(8.0), (1, 2, 2, 2))
    return ri.sum(ri.conv(x, weight))


def dense_layout():
    return nn.Linear.init(ri.random.key(0), 3, 2).weight.shape


def dense_layout_equal():
    weight = ri.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return nn.Linear(weight)(ri.tensor([1.0, 2.0, 3.0]))


def flatten_order():
    x = ri.reshape(ri.arange(1.0, 9.0), (1, 2, 2, 2))
    return nn.Flatten()(x)[0]


def dense_on_sequences():
    return nn.Linear.init(ri.random.key(0), 4, 5)(ri.zeros((2, 3, 4))).shape


def float_types():
    return [str(ri.tensor(x).dtype) for x in (0.5, np.array(0.5))]


def float_types_equal():
    return str(ri.tensor(np.array(0.5), dtype="float64").dtype)


def float_labels():
    return nn.cross_entropy(ri.tensor([[1.0, 0.0]]), ri.tensor([0.9]))


def float_labels_equal():
    return nn.cross_entropy(ri.tensor([[1.0, 0.0]]), ri.tensor([0]))
