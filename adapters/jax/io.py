"""Parameters in and out of JAX: a flat dict, in the canonical layout."""

from collections.abc import Iterator, Mapping

import jax

from ..contract import Arrays
from .tensor import from_numpy, to_numpy

_Params = dict[str, jax.Array]


def load(model: Mapping, arrays: Arrays) -> _Params:
    """These canonical arrays, as the model's layers ask for them."""
    return {name: from_numpy(arrays[name]) for name in _names(model, "")}


def parameters(params: _Params) -> Arrays:
    """Parameters and statistics as arrays."""
    return named(params)


def named(gradients: _Params) -> Arrays:
    """Gradients as arrays; they have the names of the parameters."""
    return {name: to_numpy(g) for name, g in gradients.items()}


def _names(model: Mapping, path: str) -> Iterator[str]:
    """The canonical names of what all layers ask for."""
    for name, part in model.items():
        if isinstance(part, Mapping):
            yield from _names(part, f"{path}{name}.")
        else:
            yield from (f"{path}{name}.{kind}" for kind in part.params)
