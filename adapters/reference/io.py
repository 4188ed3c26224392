"""Parameters in and out of the reference framework.

The canonical layout is its own. A model is a tree, in which names of layers are names
of fields and keys of dicts.
"""

from collections.abc import Iterator
from typing import Any

import reference_impl as ri
from reference_impl import nn

from ..contract import Arrays, Shapes
from .tensor import to_numpy

# Fields whose own names say nothing: a container is named by what it holds.
_CONTAINERS = {nn.Sequential: ("layers",)}
# The canonical names of parameters where the framework has other ones.
_TABLE: dict[type, dict[str, str]] = {
    nn.LSTM: {"weight": "input_weight", "hidden_weight": "state_weight"},
    nn.GRU: {
        "weight": "input_weight",
        "hidden_weight": "state_weight",
        "bias": "input_bias",
        "hidden_bias": "state_bias",
    },
}


def load(model: Any, arrays: Arrays) -> Any:
    """Give a model these canonical parameters and statistics.

    The result is another model.
    """
    structure = ri.tree.flatten(model)[1]
    leaves = [ri.tensor(arrays[name]) for name, _ in _entries(model)]
    return ri.tree.unflatten(structure, leaves)


def shapes(model: Any) -> Shapes:
    """The canonical shape of each parameter and statistic, as its layer declares it."""
    return {name: x.shape for name, x in _entries(model)}


def parameters(model: Any) -> Arrays:
    """Parameters and statistics under canonical names."""
    return named(model)


def named(tensors: Any) -> Arrays:
    """Tensors that belong to parameters, such as gradients, by canonical names."""
    return {name: to_numpy(x) for name, x in _entries(tensors)}


def _entries(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ri.Tensor]]:
    """Every tensor with its canonical name, in the order of the tree."""
    children = ri.tree.children(part)
    if children is None:
        yield ".".join(path), part
        return
    for key, child in children.items():
        yield from _entries(child, _longer(path, part, key))


def _longer(path: tuple[str, ...], part: Any, key: str) -> tuple[str, ...]:
    """The names on the way to what a part holds under a key."""
    if key in _CONTAINERS.get(type(part), ()):
        return path
    return (*path, _TABLE.get(type(part), {}).get(key, key))
