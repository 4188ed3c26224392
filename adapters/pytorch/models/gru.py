"""A classifier of sequences by a GRU, in PyTorch."""

import torch
from torch import nn

from ..layers import gru, last, linear, sequential
from ..losses import cross_entropy


def build(dtype: torch.dtype) -> nn.Sequential:
    """What is in mind after the last step -> 10."""
    return sequential(
        gru=gru(1, 32, dtype),
        last=last(),
        output=linear(32, 10, dtype),
    )


def predict(model: nn.Sequential, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The scores of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """How surprising the right classes are."""
    return cross_entropy(model(batch["x"]), batch["y"])
