"""A classifier of sequences by a GRU, in the reference framework."""

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ..layers import gru, last, linear, sequential
from ..losses import cross_entropy


def build(dtype: np.dtype) -> nn.Sequential:
    """Steps of 1 feature, a state of 32, of which the last -> 10."""
    return sequential(
        gru=gru(1, 32, dtype),
        last=last(),
        output=linear(32, 10, dtype),
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
