"""Linear regression, in MXNet."""

from typing import Any

from mxnet.gluon import nn

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import mean_squared_error


def build(dtype: str) -> nn.HybridSequential:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def predict(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The predictions, (N, 1)."""
    return model(batch["x"])


def loss(F: Any, model: nn.HybridSequential, batch: Batch) -> Any:
    """The mean squared error."""
    return mean_squared_error(F, model(batch["x"]), batch["y"])
