"""Gradients in PyTorch.

What the model recorded is walked backward from the loss.
"""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from ..contract import Batch


def value_and_grad(
    loss: Callable,
    model: nn.Module,
    params: Sequence[nn.Parameter],
    batch: Batch,
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """The loss of a batch, and its gradients by the parameters."""
    value = loss(model, batch)
    return value.detach(), torch.autograd.grad(value, params)
