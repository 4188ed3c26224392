"""Parameters in and out of JAX.

The canonical layout is its own. Parameters are a flat dict beside the model.
"""

from collections.abc import Iterator, Mapping

import jax

from ..contract import Arrays, Shapes
from .tensor import from_numpy, to_numpy

_Params = dict[str, jax.Array]


def load(model: Mapping, arrays: Arrays) -> _Params:
    """Give a model these canonical parameters and statistics.

    The result is a dict of them: the model is functions.
    """
    return {name: from_numpy(arrays[name]) for name in shapes(model)}


def shapes(model: Mapping) -> Shapes:
    """The canonical shape of each parameter and statistic, as its layer declares it."""
    return {name: x.shape for name, x in _entries(model, "")}


def parameters(params: _Params) -> Arrays:
    """Parameters and statistics under canonical names."""
    return named(params)


def named(tensors: _Params) -> Arrays:
    """Tensors that belong to parameters, such as gradients, by canonical names."""
    return {name: to_numpy(x) for name, x in tensors.items()}


def _entries(model: Mapping, path: str) -> Iterator[tuple[str, jax.Array]]:
    """Canonical name and first value of what all layers ask for."""
    for name, part in model.items():
        if isinstance(part, Mapping):
            yield from _entries(part, f"{path}{name}.")
        else:
            yield from ((f"{path}{name}.{kind}", x) for kind, x in part.params.items())
