"""Parameters in and out of JAX: a tree of layers, in the canonical layout."""

from collections.abc import Callable

import jax

from ..contract import Arrays
from .tensor import from_numpy, to_numpy

_Params = dict[str, dict[str, jax.Array]]


def load(model: Callable, arrays: Arrays) -> _Params:
    """A tree of parameters with these canonical ones."""
    params = model.init()
    for name, array in arrays.items():
        layer, kind = name.split(".")
        params[layer][kind] = from_numpy(array)
    return params


def parameters(params: _Params) -> Arrays:
    """The tree's parameters under canonical names."""
    return named(params, params)


def named(params: _Params, gradients: _Params) -> Arrays:
    """Gradients, a tree like the parameters, under canonical names."""
    return {
        f"{layer}.{kind}": to_numpy(gradients[layer][kind])
        for layer, kinds in params.items()
        for kind in kinds
    }
