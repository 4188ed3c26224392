"""Parameters in and out of the reference framework: the canonical layout is its own."""

import reference_impl as ri

from .tensor import to_numpy


def load(model, arrays):
    """A model with these canonical parameters."""
    structure = ri.tree.flatten(model)[1]
    return ri.tree.unflatten(structure, [ri.tensor(arrays[n]) for n in _names(model)])


def parameters(model):
    """The model's parameters under canonical names."""
    return named(model, model)


def named(model, gradients):
    """Gradients, a tree like the model, under canonical names."""
    leaves = ri.tree.flatten(gradients)[0]
    return {n: to_numpy(x) for n, x in zip(_names(model), leaves, strict=True)}


def _names(model):
    return [name.removeprefix("layers.") for name in ri.tree.names(model)]
