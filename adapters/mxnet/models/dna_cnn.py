"""A convolution over DNA, in MXNet."""

from typing import Any

from mxnet.gluon import nn

from ...contract import Batch
from ..layers import convolution, linear, max_pool, relu, sequential
from ..losses import cross_entropy


def build(dtype: str) -> nn.HybridSequential:
    """16 filters of 12 letters, the largest response of each -> 4."""
    return sequential(
        conv=convolution(4, 16, (12,), dtype),
        relu=relu(),
        pool=max_pool(),
        output=linear(16, 4, dtype),
    )


def predict(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The logits of the classes, (N, 4)."""
    return model(batch["x"])


def loss(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The cross entropy of the right class."""
    return cross_entropy(F, model(batch["x"]), batch["y"])
