"""A perceptron with one hidden layer, in MXNet."""

from typing import Any

from mxnet.gluon import nn

from ...contract import Batch
from ..layers import linear, relu, sequential
from ..losses import cross_entropy


def build(dtype: str) -> nn.HybridSequential:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def predict(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The cross entropy of the right class."""
    return cross_entropy(F, model(batch["x"]), batch["y"])
