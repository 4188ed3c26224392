"""What a model must be to be trained."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from ..core import tree
from ..core.errors import DtypeError, TreeError
from ..core.tensor import Tensor
from ..nn import Layer, partition


def check_trainable(model: Any) -> None:
    """Raise an error unless a model is a layer with parameters, each in one place.

    Raises
    ------
    DtypeError
        If it is no layer, or its `training` does not take (x, key).
    TreeError
        If it has no parameters, or a leaf that is no tensor, or one layer stands in two
        places.
    """
    _check_is_layer(model)
    _check_leaves(model)
    _check_places(model)


def _check_is_layer(model: Any) -> None:
    kind = type(model).__name__
    if not isinstance(model, Layer):
        came = f"the class {model.__name__}" if isinstance(model, type) else f"a {kind}"
        raise DtypeError(f"State: model must be a layer; {came} came")
    try:
        inspect.signature(model.training).bind(None, None)
    except TypeError:
        raise DtypeError(
            f"State: model: {kind}.training must take two arguments, x and key"
        ) from None


def _check_leaves(model: Layer) -> None:
    for name, leaf in zip(tree.names(model), tree.flatten(model)[0], strict=True):
        if not isinstance(leaf, Tensor):
            raise TreeError(
                f"State: model: the leaves must be tensors, {name} is a "
                f"{type(leaf).__name__}; the field of a setting is `nn.static()`"
            )
    if not tree.flatten(partition(model)[0])[0]:
        raise TreeError(
            f"State: model must have a parameter, {type(model).__name__} has none; "
            f"parameters and layers inside are fields of a frozen dataclass"
        )


def _check_places(model: Layer) -> None:
    # A layer is a value: after a step, one in two places would be two.
    places: dict[int, str] = {}
    for path, layer in _layers(model):
        first = places.setdefault(id(layer), path)
        if first != path and tree.flatten(layer)[0]:
            raise TreeError(
                f"State: model: each layer must stand in one place, one came as "
                f"{first} and {path}; to share parameters, read one field twice; else "
                f"copy the layer: `ri.tree.map(lambda x: x, layer)`"
            )


def _layers(part: Any, prefix: str = "") -> Iterator[tuple[str, Layer]]:
    """The layers inside of a part of a model, with their paths."""
    for key, child in (tree.children(part) or {}).items():
        if isinstance(child, Layer):
            yield f"{prefix}{key}", child
        yield from _layers(child, f"{prefix}{key}.")
