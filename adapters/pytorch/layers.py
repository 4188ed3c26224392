"""Layers and losses in PyTorch."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


def linear(inputs: int, outputs: int, dtype: torch.dtype) -> nn.Linear:
    """x W' + b with a weight of (D_out, D_in)."""
    return nn.Linear(inputs, outputs, dtype=dtype)


def relu() -> nn.ReLU:
    """max(x, 0)."""
    return nn.ReLU()


def sequential(**layers: nn.Module) -> nn.Sequential:
    """Named layers, one after the other."""
    return nn.Sequential(OrderedDict(layers))


def mean_squared_error(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The average of squared differences."""
    return F.mse_loss(prediction, target, reduction="mean")


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The average negative log-probability of the right class."""
    return F.cross_entropy(logits, labels, reduction="mean")
