"""The models, in PyTorch."""

import torch
from torch import nn

from .layers import cross_entropy, linear, mean_squared_error, relu, sequential


def linear_regression(dtype: torch.dtype) -> nn.Sequential:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def mlp(dtype: torch.dtype) -> nn.Sequential:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def activations(model: nn.Sequential, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """The result of every layer, by name."""
    results = {}
    for name, layer in model.named_children():
        results[name] = x = layer(x)
    return results


MODELS = {"linear_regression": linear_regression, "mlp": mlp}
LOSSES = {"mean_squared_error": mean_squared_error, "cross_entropy": cross_entropy}
