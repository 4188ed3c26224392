"""Layers and losses in the reference framework."""

import numpy as np

import reference_impl as ri
from reference_impl import nn


def linear(inputs: int, outputs: int, dtype: np.dtype) -> nn.Linear:
    """x W + b with a weight of (D_in, D_out)."""
    return nn.Linear(
        ri.zeros((inputs, outputs), dtype=dtype), ri.zeros(outputs, dtype=dtype)
    )


def relu() -> nn.Activation:
    """max(x, 0)."""
    return nn.Activation(ri.relu)


def sequential(**layers: nn.Layer) -> nn.Sequential:
    """Named layers, one after the other."""
    return nn.Sequential(layers)


def mean_squared_error(prediction: ri.Tensor, target: ri.Tensor) -> ri.Tensor:
    """The average of squared differences."""
    return nn.mean_squared_error(prediction, target)


def cross_entropy(logits: ri.Tensor, labels: ri.Tensor) -> ri.Tensor:
    """The average negative log-probability of the right class."""
    return nn.cross_entropy(logits, labels)
