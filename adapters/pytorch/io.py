"""Parameters in and out of PyTorch: its linear weights are (D_out, D_in)."""

from collections.abc import Iterable

import torch
from torch import nn

from ..contract import Arrays
from .tensor import to_numpy


def load(model: nn.Sequential, arrays: Arrays) -> nn.Sequential:
    """The model, given these canonical parameters."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            array = arrays[name]
            p.copy_(torch.tensor(array.T if name.endswith("weight") else array))
    return model


def parameters(model: nn.Sequential) -> Arrays:
    """The model's parameters under canonical names."""
    return named(model, model.parameters())


def named(model: nn.Sequential, gradients: Iterable[torch.Tensor]) -> Arrays:
    """Gradients, in the order of the model's parameters, under canonical names."""
    names = [name for name, _ in model.named_parameters()]
    arrays = [to_numpy(g) for g in gradients]
    return {
        name: array.T if name.endswith("weight") else array
        for name, array in zip(names, arrays, strict=True)
    }
