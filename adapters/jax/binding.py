"""Parameters put into a model: what is left are functions of inputs alone.

A model in JAX is a tree of layers, nested dicts whose names give the canonical ones:
`block1.norm1` is `model["block1"]["norm1"]`. A bound model is the same tree of
functions, and every branch of it can be called: its parts run in their order. It is
made anew for every pass and keeps what its batch normalisations have seen in it, so
that layers stay functions.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jax import Array

_Params = dict[str, Array]


class _Bound(Mapping[str, Any]):
    """A model with its parameters.

    Attributes
    ----------
    statistics : dict
        What batch normalisations will have seen after this pass.
    """

    def __init__(self, parts: dict[str, Any], statistics: _Params) -> None:
        self._parts, self.statistics = parts, statistics

    def __getitem__(self, name: str) -> Any:
        return self._parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __call__(self, x: Array) -> Array:
        """Pass it through all parts in order."""
        for part in self._parts.values():
            x = part(x)
        return x


def bind(model: Mapping[str, Any], params: _Params, *, is_training: bool) -> _Bound:
    """The model's layers as functions of their inputs.

    `params` has parameters and statistics under canonical names.
    """
    statistics: _Params = {}

    def function(name: str, layer: Any) -> Callable[..., Array]:
        held = {kind: params[f"{name}.{kind}"] for kind in layer.params}

        def apply(*inputs: Array) -> Array:
            if layer.predict is None:
                y = layer.apply(held, *inputs)
            elif is_training:
                y, after = layer.apply(held, *inputs)
                statistics.update({f"{name}.{kind}": a for kind, a in after.items()})
            else:
                y = layer.predict(held, *inputs)
            return y

        return apply

    def bound(layers: Mapping[str, Any], path: str) -> _Bound:
        parts = {
            name: bound(part, f"{path}{name}.")
            if isinstance(part, Mapping)
            else function(f"{path}{name}", part)
            for name, part in layers.items()
        }
        return _Bound(parts, statistics)

    return bound(model, "")
