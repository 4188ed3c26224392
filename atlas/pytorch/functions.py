"""Functions of single numbers, and statistics."""

import torch
import torch.nn.functional as F
from torch import nn


def gelu():
    return F.gelu(torch.tensor(1.0))


def leaky_relu():
    return nn.LeakyReLU()(torch.tensor(-1.0))


def leaky_relu_function():
    return F.leaky_relu(torch.tensor(-1.0))


def hard_sigmoid():
    return F.hardsigmoid(torch.tensor(1.0))


def softplus():
    x = torch.tensor(20.5, dtype=torch.float64)
    return F.softplus(x) - x


def softplus_equal():
    x = torch.tensor(20.5, dtype=torch.float64)
    return F.softplus(x, threshold=40) - x


def standard_deviation():
    return torch.tensor([1.0, 2.0, 3.0, 4.0]).std()


def standard_deviation_equal():
    return torch.tensor([1.0, 2.0, 3.0, 4.0]).std(correction=0)


def round_half():
    return torch.tensor([0.5, 1.5, 2.5]).round()


def python_float():
    return torch.tensor(0.9, dtype=torch.float64)


def log_softmax_accuracy():
    x = torch.linspace(-3, 3, 10).repeat(1000, 1) * torch.rand(1000, 1)
    error = F.log_softmax(x, 1) - F.log_softmax(x.double(), 1)
    return bool(error.abs().max() < 1e-6)
