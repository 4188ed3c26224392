"""Layers and losses in MXNet and Gluon."""

from mxnet import nd
from mxnet.gluon import nn


def linear(inputs: int, outputs: int, dtype: str) -> nn.Dense:
    """x W' + b with a weight of (D_out, D_in)."""
    return nn.Dense(outputs, in_units=inputs, dtype=dtype)


def relu() -> nn.Activation:
    """max(x, 0)."""
    return nn.Activation("relu")


def sequential(**layers: nn.HybridBlock) -> nn.HybridSequential:
    """Named layers, one after the other."""
    model = nn.HybridSequential()
    for name, layer in layers.items():
        model.register_child(layer, name)
    return model


def mean_squared_error(prediction: nd.NDArray, target: nd.NDArray) -> nd.NDArray:
    """The average of squared differences; Gluon's own L2Loss takes half of it."""
    return nd.mean(nd.square(prediction - target))


def cross_entropy(logits: nd.NDArray, labels: nd.NDArray) -> nd.NDArray:
    """The average negative log-probability of the right class."""
    return -nd.mean(nd.pick(nd.log_softmax(logits, axis=1), labels, axis=1))
