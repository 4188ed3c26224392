"""Parameters in and out of Gluon: its linear weights are (D_out, D_in)."""

import mxnet as mx
from mxnet.gluon import nn

from ..contract import Arrays
from .tensor import from_numpy, to_numpy


def load(model: nn.HybridSequential, arrays: Arrays) -> nn.HybridSequential:
    """The model, given these canonical parameters."""
    model.initialize(mx.init.Zero())
    for name, p in _named_parameters(model):
        array = arrays[name]
        p.set_data(from_numpy(array.T if name.endswith("weight") else array))
    return model


def parameters(model: nn.HybridSequential) -> Arrays:
    """The model's parameters under canonical names."""
    return named(model, [p.data() for _, p in _named_parameters(model)])


def named(model: nn.HybridSequential, gradients: list[mx.nd.NDArray]) -> Arrays:
    """Gradients, in the order of the model's parameters, under canonical names."""
    arrays = {}
    for (name, _), g in zip(_named_parameters(model), gradients, strict=True):
        array = to_numpy(g)
        arrays[name] = array.T if name.endswith("weight") else array
    return arrays


def _named_parameters(model):
    return [
        (f"{layer}.{kind}", getattr(block, kind))
        for layer, block in model._children.items()
        for kind in ("weight", "bias")
        if hasattr(block, kind)
    ]
