"""Losses: what they take, where they are cut off, and what they divide by."""

import math

import reference_impl as ri
from reference_impl import nn


def cross_entropy_input():
    return nn.cross_entropy(ri.tensor([[200.0, 0.0]]), ri.tensor([1]))


def class_weights():
    logits, labels = ri.tensor([[2.0, 0.0], [0.0, 0.0]]), ri.tensor([0, 1])
    return nn.cross_entropy(logits, labels, weight=ri.tensor([1.0, 3.0]))


def batch_twice():
    x, y, weight = ri.ones((4, 1)), ri.zeros((4, 1)), ri.ones((1, 1))
    g = ri.grad(lambda weight: nn.mean_squared_error(x @ weight, y))(weight)
    return (weight - 0.1 * g)[0, 0]


def certain_and_wrong():
    logit_of_zero = ri.tensor([-math.inf])
    return nn.binary_cross_entropy(logit_of_zero, ri.tensor([1.0]))


def certain_and_wrong_equal():
    return nn.binary_cross_entropy(ri.tensor([-200.0]), ri.tensor([1.0]))


def squared_error():
    return nn.mean_squared_error(ri.tensor([3.0]), ri.tensor([0.0]))


def huber():
    return nn.huber(ri.tensor([3.0]), ri.tensor([0.0]), delta=2.0)
