"""The models, in MXNet and Gluon."""

from mxnet import nd
from mxnet.gluon import nn

from .layers import cross_entropy, linear, mean_squared_error, relu, sequential


def linear_regression(dtype: str) -> nn.HybridSequential:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def mlp(dtype: str) -> nn.HybridSequential:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def activations(model: nn.HybridSequential, x: nd.NDArray) -> dict[str, nd.NDArray]:
    """The result of every layer, by name."""
    results = {}
    for name, layer in model._children.items():
        results[name] = x = layer(x)
    return results


MODELS = {"linear_regression": linear_regression, "mlp": mlp}
LOSSES = {"mean_squared_error": mean_squared_error, "cross_entropy": cross_entropy}
