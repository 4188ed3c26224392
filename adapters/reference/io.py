"""Parameters in and out of the reference framework: the canonical layout is its own."""

import reference_impl as ri
from reference_impl import nn

from ..contract import Arrays
from .tensor import to_numpy


def load(model: nn.Sequential, arrays: Arrays) -> nn.Sequential:
    """A model with these canonical parameters."""
    structure = ri.tree.flatten(model)[1]
    return ri.tree.unflatten(structure, [ri.tensor(arrays[n]) for n in _names(model)])


def parameters(model: nn.Sequential) -> Arrays:
    """The model's parameters under canonical names."""
    return named(model, model)


def named(model: nn.Sequential, gradients: nn.Sequential) -> Arrays:
    """Gradients, a tree like the model, under canonical names."""
    leaves = ri.tree.flatten(gradients)[0]
    return {n: to_numpy(x) for n, x in zip(_names(model), leaves, strict=True)}


def _names(model):
    return [name.removeprefix("layers.") for name in ri.tree.names(model)]
