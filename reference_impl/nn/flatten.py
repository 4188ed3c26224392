"""Layers that change the shape of a sample and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import ShapeError
from ..core.ops import reshape
from ..core.shape import Shape
from ..core.tensor import Tensor
from .layer import Layer
from .parts import static


@dataclass(frozen=True)
class Flatten(Layer):
    """Make one axis of all axes after the first.

    Shapes
    ------
    x       (N, ...)
    result  (N, D), where D is the number of elements of a sample

    Raises
    ------
    ShapeError
        If `x` has no axes.

    Notes
    -----
    The elements of an image come in the order C, H, W. In Keras and flax, which keep
    channels last, it is H, W, C: the rows of a linear map that follows are ordered
    differently there.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Reshape."""
        D = math.prod(_sample("Flatten", x))
        return reshape(x, (x.shape[0], D))


@dataclass(frozen=True)
class Reshape(Layer):
    """Give every sample another shape, such as channels and axes of an image.

    Shapes
    ------
    x       (N, ...)
    result  (N, *shape)

    Raises
    ------
    ShapeError
        If `x` has no axes, or a sample has more or fewer elements than `shape`.
    """

    shape: Shape = static()

    def __call__(self, x: Tensor) -> Tensor:
        """Reshape."""
        if math.prod(_sample("Reshape", x)) != math.prod(self.shape):
            raise ShapeError(
                f"Reshape: samples of {math.prod(self.shape)} elements are needed, to "
                f"become {self.shape}; x is {x.shape}"
            )
        return reshape(x, (x.shape[0], *self.shape))


def _sample(who: str, x: Tensor) -> Shape:
    """The shape of every sample."""
    if not x.shape:
        raise ShapeError(f"{who}: samples (N, ...) are needed, x has no axes")
    return x.shape[1:]
