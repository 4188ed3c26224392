"""Gradients in PyTorch: the tape runs backward from the loss to the parameters."""

import torch


def value_and_grad(model, loss, x, y):
    """The loss and a tuple of gradients, in the order of the model's parameters."""
    value = loss(model(x), y)
    return value.detach(), torch.autograd.grad(value, tuple(model.parameters()))
