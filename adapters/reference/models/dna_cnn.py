"""A convolution over DNA, in the reference framework."""

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ..layers import convolution, linear, max_pool, relu, sequential
from ..losses import cross_entropy


def build(dtype: np.dtype) -> nn.Sequential:
    """16 filters of 12 letters, the largest response of each -> 4."""
    return sequential(
        conv=convolution(4, 16, (12,), dtype),
        relu=relu(),
        pool=max_pool(),
        output=linear(16, 4, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> ri.Tensor:
    """The logits of the classes, (N, 4)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> tuple[ri.Tensor, nn.Sequential]:
    """The cross entropy of the right class.

    Beside it the model of the next step.
    """
    logits, model = model.training(batch["x"])
    return cross_entropy(logits, batch["y"]), model
