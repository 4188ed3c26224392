"""Losses: what they take, where they are cut off, and what they divide by."""

import torch
import torch.nn.functional as F


def cross_entropy_input():
    logits = torch.tensor([[200.0, 0.0]])
    return F.cross_entropy(logits, torch.tensor([1]))


def class_weights():
    logits, labels = torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1])
    return F.cross_entropy(logits, labels, weight=torch.tensor([1.0, 3.0]))


def batch_twice():
    weight = torch.tensor([[1.0]], requires_grad=True)
    x, y = torch.ones(4, 1), torch.zeros(4, 1)
    F.mse_loss(x @ weight, y).backward()
    torch.optim.SGD([weight], lr=0.1).step()
    return weight[0, 0]


def certain_and_wrong():
    p, y = torch.tensor([0.0]), torch.tensor([1.0])
    return F.binary_cross_entropy(p, y)


def certain_and_wrong_equal():
    logits, y = torch.tensor([-200.0]), torch.tensor([1.0])
    return F.binary_cross_entropy_with_logits(logits, y)


def squared_error():
    return F.mse_loss(torch.tensor([3.0]), torch.tensor([0.0]))


def huber():
    return F.huber_loss(torch.tensor([3.0]), torch.tensor([0.0]), delta=2.0)
