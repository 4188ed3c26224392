"""A classifier of sequences by an LSTM, in MXNet."""

from typing import Any

from mxnet.gluon import nn

from ...contract import Batch
from ..layers import last, linear, lstm, sequential
from ..losses import cross_entropy


def build(dtype: str) -> nn.HybridSequential:
    """Steps of 1 feature, a state of 32, of which the last -> 10."""
    return sequential(
        lstm=lstm(1, 32, dtype),
        last=last(),
        output=linear(32, 10, dtype),
    )


def predict(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The cross entropy of the right class."""
    return cross_entropy(F, model(batch["x"]), batch["y"])
