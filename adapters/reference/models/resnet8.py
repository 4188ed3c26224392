"""ResNet-8, in the reference framework."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ..layers import average_pool, batch_norm, convolution, linear, relu, sequential
from ..losses import cross_entropy


@dataclass(frozen=True)
class _Block(nn.Layer):
    """Two convolutions and a residual connection; stride 2 where channels change."""

    conv1: nn.Layer
    norm1: nn.Layer
    relu1: nn.Layer
    conv2: nn.Layer
    norm2: nn.Layer
    shortcut: nn.Layer | None
    shortcut_norm: nn.Layer | None
    relu2: nn.Layer

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        shortcut = x
        if self.shortcut is not None:
            shortcut = self.shortcut_norm(self.shortcut(x))
        y = self.relu1(self.norm1(self.conv1(x)))
        return self.relu2(shortcut + self.norm2(self.conv2(y)))

    def training(self, x: ri.Tensor, key: Any = None) -> tuple[ri.Tensor, Self]:
        """The same, and the block of the next step: its norms have seen a batch."""
        shortcut, shortcut_norm = x, self.shortcut_norm
        if self.shortcut is not None:
            shortcut, shortcut_norm = self.shortcut_norm.training(self.shortcut(x))
        y, norm1 = self.norm1.training(self.conv1(x))
        y, norm2 = self.norm2.training(self.conv2(self.relu1(y)))
        after = replace(self, norm1=norm1, norm2=norm2, shortcut_norm=shortcut_norm)
        return self.relu2(shortcut + y), after


def _block(C: int, F: int, dtype: np.dtype) -> _Block:
    stride = 1 if C == F else 2
    shortcut = shortcut_norm = None
    if C != F:
        shortcut = convolution(C, F, (1, 1), dtype, stride=2, bias=False)
        shortcut_norm = batch_norm(F, dtype)
    return _Block(
        conv1=convolution(C, F, (3, 3), dtype, stride=stride, padding=1, bias=False),
        norm1=batch_norm(F, dtype),
        relu1=relu(),
        conv2=convolution(F, F, (3, 3), dtype, padding=1, bias=False),
        norm2=batch_norm(F, dtype),
        shortcut=shortcut,
        shortcut_norm=shortcut_norm,
        relu2=relu(),
    )


def build(dtype: np.dtype) -> nn.Sequential:
    """Three residual blocks, of 16, 32 and 64 channels, and the mean of each -> 10."""
    return sequential(
        stem=convolution(1, 16, (3, 3), dtype, padding=1, bias=False),
        stem_norm=batch_norm(16, dtype),
        relu=relu(),
        block1=_block(16, 16, dtype),
        block2=_block(16, 32, dtype),
        block3=_block(32, 64, dtype),
        pool=average_pool(),
        output=linear(64, 10, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> ri.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> tuple[ri.Tensor, nn.Sequential]:
    """The cross entropy of the right class.

    Beside it the model of the next step.
    """
    logits, model = model.training(batch["x"])
    return cross_entropy(logits, batch["y"]), model
