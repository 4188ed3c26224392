"""Linear regression, in the reference framework."""

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ..layers import linear, sequential
from ..losses import mean_squared_error


def build(dtype: np.dtype) -> nn.Sequential:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def predict(model: nn.Sequential, batch: Batch) -> ri.Tensor:
    """The predictions, (N, 1)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> tuple[ri.Tensor, nn.Sequential]:
    """The mean squared error.

    Beside it the model of the next step.
    """
    prediction, model = model.training(batch["x"])
    return mean_squared_error(prediction, batch["y"]), model
