"""Gradients in PyTorch: what the model recorded is walked backward from the loss."""

from collections.abc import Callable

import torch
from torch import nn


def value_and_grad(
    model: nn.Module, loss: Callable, x: torch.Tensor, y: torch.Tensor
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """The loss and a tuple of gradients, in the order of the model's parameters."""
    value = loss(model(x), y)
    return value.detach(), torch.autograd.grad(value, tuple(model.parameters()))
