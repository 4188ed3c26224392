"""Layers: maps with parameters. A layer is a tree whose leaves are its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..core.ops import relu
from ..core.tensor import Tensor

Layer = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Linear:
    """The affine map x W + b.

    Shapes
    ------
    weight  (D_in, D_out)
    bias    (D_out,)
    x       (N, D_in)
    result  (N, D_out)
    """

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map."""
        return x @ self.weight + self.bias


@dataclass(frozen=True)
class ReLU:
    """max(x, 0), element by element; its slope at 0 is 0."""

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map."""
        return relu(x)


@dataclass(frozen=True)
class Sequential:
    """Named layers, each applied to the result of the one before."""

    layers: dict[str, Layer]

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map."""
        for layer in self.layers.values():
            x = layer(x)
        return x

    def activations(self, x: Tensor) -> dict[str, Tensor]:
        """The result of every layer, by name."""
        results = {}
        for name, layer in self.layers.items():
            results[name] = x = layer(x)
        return results
