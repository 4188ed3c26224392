"""Parameters in and out of JAX: a tree of layers, in the canonical layout."""

from .tensor import from_numpy, to_numpy


def load(model, arrays):
    """A tree of parameters with these canonical ones."""
    params = {}
    for name, array in arrays.items():
        layer, kind = name.split(".")
        params.setdefault(layer, {})[kind] = from_numpy(array)
    return params


def parameters(params):
    """The tree's parameters under canonical names."""
    return named(params, params)


def named(params, gradients):
    """Gradients, a tree like the parameters, under canonical names."""
    return {
        f"{layer}.{kind}": to_numpy(gradients[layer][kind])
        for layer, kinds in params.items()
        for kind in kinds
    }
