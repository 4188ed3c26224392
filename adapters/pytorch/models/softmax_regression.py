"""Softmax regression, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import cross_entropy


def build(dtype: torch.dtype) -> nn.Sequential:
    """64 -> 10."""
    return sequential(output=linear(64, 10, dtype))


def predict(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
