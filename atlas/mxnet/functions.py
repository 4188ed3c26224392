"""Functions of single numbers, and statistics."""

import mxnet as mx
from mxnet import nd
from mxnet.gluon import nn


def gelu():
    return nn.GELU()(nd.array([1.0]))[0]


def gelu_function():
    return nd.LeakyReLU(nd.array([1.0]), act_type="gelu")[0]


def leaky_relu():
    return nn.LeakyReLU()(nd.array([-1.0]))[0]


def leaky_relu_equal():
    return nn.LeakyReLU(0.01)(nd.array([-1.0]))[0]


def leaky_relu_function():
    return nd.LeakyReLU(nd.array([-1.0]))[0]


def leaky_relu_function_equal():
    return nd.LeakyReLU(nd.array([-1.0]), slope=0.01)[0]


def hard_sigmoid():
    return nd.hard_sigmoid(nd.array([1.0]))[0]


def hard_sigmoid_equal():
    return nd.hard_sigmoid(nd.array([1.0]), alpha=1 / 6)[0]


def softplus():
    x = nd.array([20.5], dtype="float64")
    return (nd.Activation(x, act_type="softrelu") - x)[0]


def softplus_equal():
    x = nd.array([20.5], dtype="float64")
    return (x + nd.log1p(nd.exp(-x)) - x)[0]


def standard_deviation():
    return mx.np.array([1.0, 2.0, 3.0, 4.0]).std()


def round_half():
    return nd.round(nd.array([0.5, 1.5, 2.5]))


def round_half_equal():
    return mx.np.around(mx.np.array([0.5, 1.5, 2.5]))


def rint_half():
    return nd.rint(nd.array([0.5, 1.5, 2.5]))


def rint_half_equal():
    return mx.np.around(mx.np.array([0.5, 1.5, 2.5]))


def python_float():
    return nd.array([0.9], dtype="float64")[0]


def log_softmax_accuracy():
    x = nd.tile(nd.linspace(-3, 3, 10), (1000, 1)) * nd.random.uniform(shape=(1000, 1))
    exact = nd.log_softmax(x.astype("float64"))
    return bool((nd.log_softmax(x).astype("float64") - exact).abs().max() < 1e-6)


def log_softmax_accuracy_equal():
    x = nd.tile(nd.linspace(-3, 3, 10), (1000, 1)) * nd.random.uniform(shape=(1000, 1))
    exact = nd.log_softmax(x.astype("float64"))
    x = x - x.max(axis=1, keepdims=True)
    found = x - nd.log(nd.exp(x).sum(axis=1, keepdims=True))
    return bool((found.astype("float64") - exact).abs().max() < 1e-6)
