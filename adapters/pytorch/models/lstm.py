"""A classifier of sequences by an LSTM, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import last, linear, lstm, sequential
from ..losses import cross_entropy


def build(dtype: torch.dtype) -> nn.Sequential:
    """Steps of 1 feature, a state of 32, of which the last -> 10."""
    return sequential(
        lstm=lstm(1, 32, dtype),
        last=last(),
        output=linear(32, 10, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
