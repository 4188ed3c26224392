"""LeNet-5, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import convolution, flatten, linear, max_pool, relu, sequential
from ..losses import cross_entropy


def build(dtype: torch.dtype) -> nn.Sequential:
    """Two convolutions, each with a pool; then 400 -> 120 -> 84 -> 10."""
    return sequential(
        conv1=convolution(1, 6, (5, 5), dtype, padding=2),
        relu1=relu(),
        pool1=max_pool(2),
        conv2=convolution(6, 16, (5, 5), dtype),
        relu2=relu(),
        pool2=max_pool(2),
        flatten=flatten(),
        fc1=linear(400, 120, dtype),
        relu3=relu(),
        fc2=linear(120, 84, dtype),
        relu4=relu(),
        output=linear(84, 10, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
