"""A perceptron with one hidden layer, in the reference framework."""

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ..layers import linear, relu, sequential
from ..losses import cross_entropy


def build(dtype: np.dtype) -> nn.Sequential:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
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
