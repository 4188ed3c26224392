"""ResNet-8, in the reference framework."""

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ..layers import average_pool, batch_norm, convolution, linear, relu, sequential
from ..losses import cross_entropy


def _block(C: int, F: int, dtype: np.dtype) -> nn.Residual:
    """Two convolutions and a residual connection; stride 2 where channels change."""
    stride = 1 if C == F else 2
    body = sequential(
        conv1=convolution(C, F, (3, 3), dtype, stride=stride, padding=1, bias=False),
        norm1=batch_norm(F, dtype),
        relu1=relu(),
        conv2=convolution(F, F, (3, 3), dtype, padding=1, bias=False),
        norm2=batch_norm(F, dtype),
    )
    if C == F:
        return nn.Residual(body)
    shortcut = sequential(
        shortcut=convolution(C, F, (1, 1), dtype, stride=2, bias=False),
        shortcut_norm=batch_norm(F, dtype),
    )
    return nn.Residual(body, shortcut)


def build(dtype: np.dtype) -> nn.Sequential:
    """Three residual blocks, of 16, 32 and 64 channels, and the mean of each -> 10."""
    blocks: dict[str, nn.Layer] = {}
    for i, (C, F) in enumerate([(16, 16), (16, 32), (32, 64)], start=1):
        blocks |= {f"block{i}": _block(C, F, dtype), f"block{i}.relu2": relu()}
    return sequential(
        stem=convolution(1, 16, (3, 3), dtype, padding=1, bias=False),
        stem_norm=batch_norm(16, dtype),
        relu=relu(),
        **blocks,
        pool=average_pool(),
        output=linear(64, 10, dtype),
    )


def predict(model: nn.Sequential, batch: dict[str, ri.Tensor]) -> ri.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(
    model: nn.Sequential, batch: dict[str, ri.Tensor]
) -> tuple[ri.Tensor, nn.Sequential]:
    """The cross entropy of the right class.

    Beside it the model of the next step.
    """
    logits, model = model.training(batch["x"])
    return cross_entropy(logits, batch["y"]), model
