"""Layers made of layers: one after the other, and around a shortcut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..core.random import Key, split
from ..core.scope import scope
from ..core.tensor import Tensor
from .layer import Layer
from .parts import static


@dataclass(frozen=True)
class Activation(Layer):
    """A function without parameters, as a layer: `Activation(relu)`."""

    function: Any = static()

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the function."""
        return self.function(x)


@dataclass(frozen=True)
class Sequential(Layer):
    """Named layers, each applied to the result of the one before.

    Raises
    ------
    TypeError
        If these are no dict of layers, or one gets no tensor from the one before and
        needs one.
    """

    layers: dict[str, Layer]

    def __post_init__(self) -> None:
        if not isinstance(self.layers, dict):
            raise TypeError(
                f"Sequential: a dict of named layers is needed, such as "
                f"{{'hidden': ...}}; {type(self.layers).__name__} came"
            )
        for name, layer in self.layers.items():
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"Sequential: {name} must be a layer, {layer!r:.60} came; "
                    f"`nn.Activation(function)` makes one of a function"
                )

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the layers; each is a named scope of the graph."""
        for name, layer in self.layers.items():
            x = _applied(name, layer, x)
        return x

    def training(self, x: Tensor, key: Key | None = None) -> tuple[Tensor, Self]:
        """Apply the layers as in training, each with a key of its own."""
        layers, keys = {}, split_or_none(key, len(self.layers))
        for (name, layer), each in zip(self.layers.items(), keys, strict=True):
            x, layers[name] = _applied(name, layer.training, x, each)
        return x, type(self)(layers)

    def activations(self, x: Tensor) -> dict[str, Tensor]:
        """The result of every layer, by name."""
        results = {}
        for name, layer in self.layers.items():
            results[name] = x = _applied(name, layer, x)
        return results


def _applied(name: str, function: Callable[..., Any], x: Any, *args: Any) -> Any:
    """The result of a named layer, in a scope of that name."""
    try:
        with scope(name):
            return function(x, *args)
    except (TypeError, ValueError, AttributeError) as error:
        # From a recurrent layer comes a pair, which a layer may be made to read.
        if not isinstance(x, tuple):
            raise
        raise TypeError(
            f"Sequential: {name} needs a tensor, and a {type(x).__name__} came, as "
            f"recurrent layers return it; have a layer between take one part of it"
        ) from error


@dataclass(frozen=True)
class Residual(Layer):
    """shortcut(x) + body(x); without a shortcut, x + body(x).

    Notes
    -----
    Source: He et al. 2015, "Deep residual learning for image recognition", equation 1.
    """

    body: Layer
    shortcut: Layer | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """Apply both ways, each a named scope of the graph, and add the results."""
        straight = x
        if self.shortcut is not None:
            with scope("shortcut"):
                straight = self.shortcut(x)
        with scope("body"):
            out = self.body(x)
        return straight + out

    def training(self, x: Tensor, key: Key | None = None) -> tuple[Tensor, Self]:
        """Apply both ways as in training, each with a key of its own."""
        first, second = split_or_none(key, 2)
        straight, shortcut = x, self.shortcut
        if shortcut is not None:
            with scope("shortcut"):
                straight, shortcut = shortcut.training(x, second)
        with scope("body"):
            out, body = self.body.training(x, first)
        return straight + out, type(self)(body, shortcut)


def split_or_none(key: Key | None, count: int) -> Sequence[Key | None]:
    """Keys for a layer's parts; none if nobody draws random numbers."""
    return [None] * count if key is None else split(key, count)
