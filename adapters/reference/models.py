"""The models, in the reference framework."""

import numpy as np

import reference_impl as ri
from reference_impl import nn

from .layers import cross_entropy, linear, mean_squared_error, relu, sequential


def linear_regression(dtype: np.dtype) -> nn.Sequential:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def mlp(dtype: np.dtype) -> nn.Sequential:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def activations(model: nn.Sequential, x: ri.Tensor) -> dict[str, ri.Tensor]:
    """The result of every layer, by name."""
    return model.activations(x)


MODELS = {"linear_regression": linear_regression, "mlp": mlp}
LOSSES = {"mean_squared_error": mean_squared_error, "cross_entropy": cross_entropy}
