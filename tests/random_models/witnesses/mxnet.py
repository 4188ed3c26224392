"""What was found in MXNet: each function returns how far it is from what is right."""

import math

import mxnet as mx
import numpy as np
from mxnet import autograd, nd


def leaky_relu_in_float32():
    x = nd.array([-3.0], dtype="float64")
    return abs(nd.LeakyReLU(x, act_type="leaky", slope=0.1).asscalar() + 0.3)


def selu_in_float32():
    x = nd.array([1.0], dtype="float64")
    return abs(nd.LeakyReLU(x, act_type="selu").asscalar() - 1.0507009873554805)


def gelu_in_float32():
    x = nd.array([1.0], dtype="float64")
    exact = (1 + math.erf(1 / math.sqrt(2))) / 2
    return abs(nd.LeakyReLU(x, act_type="gelu").asscalar() - exact)


def slope_of_erf_in_float32():
    x = nd.array([0.0], dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = nd.erf(x)
    y.backward()
    return abs(x.grad.asscalar() - 2 / math.sqrt(math.pi))


def epsilon_in_float32():
    x = nd.array([[-1e-3, 1e-3]], dtype="float64")
    ones, zeros = nd.ones(2, dtype="float64"), nd.zeros(2, dtype="float64")
    y = nd.LayerNorm(x, ones, zeros, eps=1e-5)
    return abs(y[0, 1].asscalar() - 1e-3 / math.sqrt(1e-6 + 1e-5))


def instance_norm_of_float64():
    x, one = nd.ones((1, 1, 2), dtype="float64"), nd.ones(1, dtype="float64")
    try:
        nd.InstanceNorm(x, one, one).wait_to_read()
    except mx.MXNetError:
        return 1
    return 0


def group_norm_by_group():
    x = nd.array(np.arange(8.0).reshape(1, 4, 2))
    try:
        nd.GroupNorm(x, nd.ones(4), nd.zeros(4), num_groups=2).wait_to_read()
    except mx.MXNetError:
        return 1
    return 0


def slope_of_equal_largest():
    x = nd.array([2.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = nd.max(x)
    y.backward()
    return abs(x.grad.sum().asscalar() - 1)


def pad_of_a_sequence():
    try:
        nd.pad(nd.ones((1, 1, 2)), mode="constant", pad_width=(0, 0, 0, 0, 1, 1))
        nd.waitall()
    except mx.MXNetError:
        return 1
    return 0
