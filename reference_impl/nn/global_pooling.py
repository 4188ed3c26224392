"""Global pooling: a number for every channel, of an image with any number of axes."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import ShapeError
from ..core.ops import max, mean
from ..core.shape import Shape
from ..core.tensor import Tensor
from .layer import Layer


def image_axes(who: str, x: Tensor) -> Shape:
    """The axes behind those of samples and channels, or a `ShapeError`."""
    if x.ndim < 3:
        raise ShapeError(
            f"{who}: (N, C, ...) with at least one image axis is needed, x is {x.shape}"
        )
    return tuple(range(2, x.ndim))


@dataclass(frozen=True)
class GlobalMaxPool(Layer):
    """The largest element of every channel.

    Shapes
    ------
    x       (N, C, ...)
    result  (N, C)

    Raises
    ------
    ShapeError
        If `x` has no image axis, or a channel has no elements.

    Notes
    -----
    Equal largest elements share the gradient evenly, as in Keras; `AdaptiveMaxPool(1)`
    gives it to the first, as PyTorch does.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Take the largest elements."""
        return max(x, axis=image_axes("GlobalMaxPool", x))


@dataclass(frozen=True)
class GlobalAvgPool(Layer):
    """The mean of every channel.

    Shapes
    ------
    x       (N, C, ...)
    result  (N, C)

    Raises
    ------
    ShapeError
        If `x` has no image axis.

    Notes
    -----
    Source: Lin, Chen and Yan 2013, "Network in network", section 3.2.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Take the means."""
        return mean(x, axis=image_axes("GlobalAvgPool", x))
