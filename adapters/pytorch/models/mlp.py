"""A perceptron with one hidden layer, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import linear, relu, sequential
from ..losses import cross_entropy


def build(dtype: torch.dtype) -> nn.Sequential:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
