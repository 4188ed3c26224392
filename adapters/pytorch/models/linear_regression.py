"""Linear regression, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import mean_squared_error


def build(dtype: torch.dtype) -> nn.Sequential:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def predict(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The predictions, (N, 1)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The mean squared error."""
    return mean_squared_error(model(batch["x"]), batch["y"])
