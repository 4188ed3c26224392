"""Functions of single numbers, and statistics."""

import reference_impl as ri
from reference_impl import nn


def gelu():
    return nn.gelu(ri.tensor(1.0))


def leaky_relu():
    return nn.Activation(nn.leaky_relu)(ri.tensor(-1.0))


def leaky_relu_function():
    return nn.leaky_relu(ri.tensor(-1.0))


def hard_sigmoid():
    return nn.hard_sigmoid(ri.tensor(1.0))


def softplus():
    x = ri.tensor(20.5, dtype="float64")
    return nn.softplus(x) - x


def standard_deviation():
    return ri.std(ri.tensor([1.0, 2.0, 3.0, 4.0]))


def round_half():
    return ri.round(ri.tensor([0.5, 1.5, 2.5]))


def python_float():
    return ri.tensor(0.9, dtype="float64")


def log_softmax_accuracy():
    x = ri.linspace(-3, 3, 10) * ri.random.uniform(ri.random.key(0), (1000, 1))
    exact = ri.log_softmax(ri.astype(x, "float64"))
    return ri.max(ri.abs(ri.log_softmax(x) - exact)).item() < 1e-6
