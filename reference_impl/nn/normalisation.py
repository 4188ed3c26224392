"""Layers that shift and scale a sample's elements by the mean and spread of some.

They differ in whose mean it is: over the last axes, or over groups of channels. The
variance is the mean of the squared distances from the mean, which keeps the digits of a
spread that is small beside the mean; the difference of E[x²] and E[x]², which flax
computes by default, does not.

16-bit elements are computed with in float32, and rounded once. The result has the dtype
of `x` in any case, so parameters may be kept in float32. Nothing is random at the
beginning, so `init` needs no key: weights are 1 and biases 0.

`batch_norm` builds on the functions that come first here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..core.dtype import FLOATS, check_kind, float32, float64, wide_type
from ..core.errors import ShapeError
from ..core.number import check_not_negative
from ..core.ops import astype, mean, ones, reshape, rsqrt, zeros
from ..core.shape import Shape, checked_sizes
from ..core.tensor import Tensor
from .layer import Layer
from .parameters import check_made
from .parts import static

# The distance from 1 to the next number of a dtype that is computed with.
EPSILON = {float32: 2.0**-23, float64: 2.0**-52}


def first_values(
    shape: Shape, has_weight: bool, has_bias: bool, dtype: Any
) -> tuple[Tensor | None, Tensor | None]:
    """A weight of ones and a bias of zeros, as far as they are wanted."""
    weight = ones(shape, dtype=dtype) if has_weight else None
    return weight, zeros(shape, dtype=dtype) if has_bias else None


def widened(who: str, x: Tensor) -> Tensor:
    """The elements in the dtype that is computed with."""
    check_kind(x.dtype, FLOATS, who=who)
    return astype(x, wide_type(x.dtype))


def moments(x: Tensor, axes: Shape) -> tuple[Tensor, Tensor, Tensor]:
    """The distances from the mean along some axes, that mean, and the variance."""
    centre = mean(x, axis=axes, keepdims=True)
    distances = x - centre
    return distances, centre, mean(distances * distances, axis=axes, keepdims=True)


def scaled(
    x: Tensor, squares: Tensor, eps: float, weight: Tensor | None, bias: Tensor | None
) -> Tensor:
    """x / sqrt(squares + eps) weight + bias."""
    scale = rsqrt(squares + eps)
    out = x * (scale if weight is None else scale * weight)
    return out if bias is None else out + bias


def reshaped(parameter: Tensor | None, shape: Shape) -> Tensor | None:
    """A parameter, if there is one, in another shape."""
    return None if parameter is None else reshape(parameter, shape)


@dataclass(frozen=True)
class LayerNorm(Layer):
    """(x - mean) / sqrt(variance + eps) weight + bias, of the last axes of a sample.

    Shapes
    ------
    weight, bias  `shape`, or None
    x             (..., *shape)
    result        that of `x`

    Parameters
    ----------
    shape : tuple of int
        Of what one mean is taken of.
    eps : float
        What is added to the variance.

    Raises
    ------
    ShapeError
        If `x` has other last axes.
    RangeError
        If `eps` is negative.
    DtypeError
        If the elements of `x` are no floating-point numbers.

    Notes
    -----
    Defaults are PyTorch's. `eps` is 0.001 in Keras, and 0.000001 in flax.

    Source: Ba, Kiros and Hinton 2016, equations 3 and 4.
    """

    shape: Shape = static()
    weight: Tensor | None = None
    bias: Tensor | None = None
    eps: float = static(default=1e-5)

    def __post_init__(self) -> None:
        check_not_negative("LayerNorm", eps=self.eps)

    @classmethod
    def init(
        cls,
        shape: int | Sequence[int],
        *,
        has_weight: bool = True,
        has_bias: bool = True,
        dtype: Any = float32,
        **settings: Any,
    ) -> Self:
        """A layer that standardises only; `settings` are its other fields."""
        sizes = checked_sizes(shape, who=cls.__name__)
        weight, bias = first_values(sizes, has_weight, has_bias, dtype)
        return cls(sizes, weight, bias, **settings)

    def __call__(self, x: Tensor) -> Tensor:
        """Standardise, scale and shift."""
        axes = _last_axes("LayerNorm", x, self.shape)
        distances, _, variance = moments(widened("LayerNorm", x), axes)
        out = scaled(distances, variance, self.eps, self.weight, self.bias)
        return astype(out, x.dtype)


def _last_axes(who: str, x: Tensor, shape: Shape) -> Shape:
    """The axes of `x` that have this shape, which are the last."""
    check_made(who, shape=shape)
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    if tuple(x.shape[a] for a in axes if a >= 0) != shape:
        raise ShapeError(f"{who}: last axes {shape} are needed, x is {x.shape}")
    return axes


@dataclass(frozen=True)
class RMSNorm(Layer):
    """x / sqrt(mean of x² + eps) weight, of the last axes of a sample.

    Shapes
    ------
    weight  `shape`, or None
    x       (..., *shape)
    result  that of `x`

    Parameters
    ----------
    shape : tuple of int
        Of what one mean is taken of.
    eps : float, optional
        What is added to the mean of squares. By default the distance from 1 to the next
        number of the dtype that is computed with: 2**-52 in float64, and 2**-23
        otherwise.

    Raises
    ------
    ShapeError
        If `x` has other last axes.
    RangeError
        If `eps` is negative.
    DtypeError
        If the elements of `x` are no floating-point numbers.

    Notes
    -----
    Defaults are PyTorch's. `eps` is 0.000001 in Keras and flax.

    Source: Zhang and Sennrich 2019, equation 4, which has no `eps`.
    """

    shape: Shape = static()
    weight: Tensor | None = None
    eps: float | None = static(default=None)

    def __post_init__(self) -> None:
        if self.eps is not None:
            check_not_negative("RMSNorm", eps=self.eps)

    @classmethod
    def init(
        cls,
        shape: int | Sequence[int],
        *,
        has_weight: bool = True,
        dtype: Any = float32,
        **settings: Any,
    ) -> Self:
        """A layer that only scales to size 1; `settings` are its other fields."""
        sizes = checked_sizes(shape, who=cls.__name__)
        return cls(sizes, first_values(sizes, has_weight, False, dtype)[0], **settings)

    def __call__(self, x: Tensor) -> Tensor:
        """Divide by the root of the mean square, and scale."""
        axes, wide = _last_axes("RMSNorm", x, self.shape), widened("RMSNorm", x)
        squares = mean(wide * wide, axis=axes, keepdims=True)
        eps = EPSILON[wide.dtype] if self.eps is None else self.eps
        return astype(scaled(wide, squares, eps, self.weight, None), x.dtype)


@dataclass(frozen=True)
class GroupNorm(Layer):
    """(x - mean) / sqrt(variance + eps) weight + bias, of groups of channels.

    With one group for each channel this is instance normalisation.

    Shapes
    ------
    weight, bias  (C,), or None
    x             (N, C, ...)
    result        that of `x`

    Parameters
    ----------
    groups, channels : int
        Into how many groups the C channels are divided.
    eps : float
        What is added to the variance.

    Raises
    ------
    ShapeError
        If the groups do not divide the channels, or `x` has not C channels.
    RangeError
        If `eps` is negative.
    DtypeError
        If the elements of `x` are no floating-point numbers.

    Notes
    -----
    Defaults are PyTorch's. Keras has 32 groups by default and an `eps` of 0.001, flax
    has 32 groups and 0.000001.

    Source: Wu and He 2018, equations 1, 2, 6 and 7; Ulyanov, Vedaldi and Lempitsky 2016
    for instances.
    """

    groups: int = static()
    channels: int = static()
    weight: Tensor | None = None
    bias: Tensor | None = None
    eps: float = static(default=1e-5)

    def __post_init__(self) -> None:
        check_not_negative("GroupNorm", eps=self.eps)
        if self.groups < 1 or self.channels % self.groups:
            raise ShapeError(
                f"GroupNorm: groups must divide the channels, {self.channels}; "
                f"{self.groups} came"
            )

    @classmethod
    def init(
        cls,
        groups: int,
        channels: int,
        *,
        has_weight: bool = True,
        has_bias: bool = True,
        dtype: Any = float32,
        **settings: Any,
    ) -> Self:
        """A layer that standardises only; `settings` are its other fields."""
        weight, bias = first_values((channels,), has_weight, has_bias, dtype)
        return cls(groups, channels, weight, bias, **settings)

    def __call__(self, x: Tensor) -> Tensor:
        """Standardise, scale and shift."""
        if x.ndim < 2 or x.shape[1] != self.channels:
            raise ShapeError(
                f"GroupNorm: (N, {self.channels}, ...) is needed, x is {x.shape}"
            )
        # (N, groups, channels of a group, elements of a channel)
        inside, rest = self.channels // self.groups, math.prod(x.shape[2:])
        grouped = reshape(
            widened("GroupNorm", x), (x.shape[0], self.groups, inside, rest)
        )
        distances, _, variance = moments(grouped, (2, 3))
        shape = (self.groups, inside, 1)
        weight, bias = reshaped(self.weight, shape), reshaped(self.bias, shape)
        out = scaled(distances, variance, self.eps, weight, bias)
        return astype(reshape(out, x.shape), x.dtype)
