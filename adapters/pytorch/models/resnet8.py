"""ResNet-8, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import average_pool, batch_norm, convolution, linear, relu, sequential
from ..losses import cross_entropy


class _Block(nn.Module):
    """Two convolutions and a residual connection; stride 2 where channels change."""

    def __init__(self, C: int, F: int, dtype: torch.dtype) -> None:
        super().__init__()
        stride = 1 if C == F else 2
        self.conv1 = convolution(
            C, F, (3, 3), dtype, stride=stride, padding=1, bias=False
        )
        self.norm1 = batch_norm(F, dtype)
        self.relu1 = relu()
        self.conv2 = convolution(F, F, (3, 3), dtype, padding=1, bias=False)
        self.norm2 = batch_norm(F, dtype)
        self.shortcut = None
        if C != F:
            self.shortcut = convolution(C, F, (1, 1), dtype, stride=2, bias=False)
            self.shortcut_norm = batch_norm(F, dtype)
        self.relu2 = relu()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x
        if self.shortcut is not None:
            shortcut = self.shortcut_norm(self.shortcut(x))
        y = self.relu1(self.norm1(self.conv1(x)))
        return self.relu2(shortcut + self.norm2(self.conv2(y)))


def build(dtype: torch.dtype) -> nn.Sequential:
    """Three residual blocks, of 16, 32 and 64 channels, and the mean of each -> 10."""
    return sequential(
        stem=convolution(1, 16, (3, 3), dtype, padding=1, bias=False),
        stem_norm=batch_norm(16, dtype),
        relu=relu(),
        block1=_Block(16, 16, dtype),
        block2=_Block(16, 32, dtype),
        block3=_Block(32, 64, dtype),
        pool=average_pool(),
        output=linear(64, 10, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"]), batch["y"])
