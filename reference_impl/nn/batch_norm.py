"""Batch normalisation, the one that keeps running statistics.

What `normalisation` says of variances, 16-bit elements and `init` holds here, too: the
running mean begins as 0, the running variance as 1.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from ..core.dtype import FLOATS, check_kind, float32
from ..core.errors import RangeError, ShapeError
from ..core.number import check_not_negative, real_number
from ..core.ops import astype, reshape, stop_gradient
from ..core.random import Key
from ..core.shape import Shape
from ..core.tensor import Tensor
from .layer import Layer
from .normalisation import first_values, moments, reshaped, scaled, widened
from .parts import static, statistic


@dataclass(frozen=True)
class BatchNorm(Layer):
    """(x - mean) / sqrt(variance + eps) weight + bias, for each channel.

    In training these are the mean and the variance of the batch, and the layer of the
    next step has running ones that moved towards them. After training, the running ones
    are taken.

    Shapes
    ------
    weight, bias    (C,), or None
    mean, variance  (C,), or None: then those of the batch are taken after training, too
    x               (N, C, ...)
    result          that of `x`

    Parameters
    ----------
    channels : int
        C.
    eps : float
        What is added to the variance, 0 or more.
    momentum : float in [0, 1]
        The weight of the batch: running <- (1 - momentum) running + momentum batch.
    is_unbiased : bool
        Whether the running variance moves towards n / (n - 1) times the variance of the
        n elements that a channel has in the batch.

    Raises
    ------
    ShapeError
        If `x` has not C channels; in training, if a channel has a single element, whose
        distance from the mean is zero whatever it is.
    RangeError
        If `momentum` or `eps` lies outside of its range.
    DtypeError
        If one is no real number, or the elements of `x` are no floating-point numbers.

    Notes
    -----
    Defaults are PyTorch's. For Keras, `eps` is 0.001, `momentum` 0.01 (it calls the
    weight of the old, 0.99, by that name) and `is_unbiased` false; flax has Keras'
    momentum and variance, and the `eps` of 1e-5. In MXNet the variance is biased.

    No derivative flows through what the running statistics become. An empty batch
    leaves them as they are.

    Source: Ioffe and Szegedy 2015, algorithms 1 and 2.
    """

    channels: int = static()
    weight: Tensor | None = None
    bias: Tensor | None = None
    mean: Tensor | None = statistic(default=None)
    variance: Tensor | None = statistic(default=None)
    eps: float = static(default=1e-5)
    momentum: float = static(default=0.1)
    is_unbiased: bool = static(default=True)

    def __post_init__(self) -> None:
        check_not_negative("BatchNorm", eps=self.eps)
        if not 0 <= real_number("BatchNorm: momentum", self.momentum) <= 1:
            raise RangeError(
                f"BatchNorm: momentum, the weight of the batch, must lie in [0, 1]; "
                f"{self.momentum} came"
            )

    @classmethod
    def init(
        cls,
        channels: int,
        *,
        has_weight: bool = True,
        has_bias: bool = True,
        has_statistics: bool = True,
        dtype: Any = float32,
        **settings: Any,
    ) -> Self:
        """A layer that standardises only; `settings` are its other fields."""
        shape, both = (channels,), (has_statistics, has_statistics)
        weight, bias = first_values(shape, has_weight, has_bias, dtype)
        variance, mean = first_values(shape, *both, dtype)
        return cls(channels, weight, bias, mean, variance, **settings)

    def __call__(self, x: Tensor) -> Tensor:
        """Standardise by the running statistics."""
        self._check(x)
        if self.mean is None or self.variance is None:
            return self._by_batch(x)[0]
        shape = self._stretched(x)
        distances = widened("BatchNorm", x) - reshape(self.mean, shape)
        return self._finished(x, distances, reshape(self.variance, shape))

    def training(self, x: Tensor, key: Key | None = None) -> tuple[Tensor, Self]:
        """Standardise by the batch; also the layer of the next step."""
        self._check(x)
        if not x.size:
            return x, self
        n = x.size // self.channels
        if n == 1:
            raise ShapeError(
                f"BatchNorm: training needs more than one element of each channel, x "
                f"is {x.shape}"
            )
        out, centre, variance = self._by_batch(x)
        if self.mean is None or self.variance is None:
            return out, self
        if self.is_unbiased:
            variance = variance * (n / (n - 1))
        return out, dataclasses.replace(
            self,
            mean=self._moved(self.mean, centre),
            variance=self._moved(self.variance, variance),
        )

    def _by_batch(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The result in training, and the mean and the variance of the batch."""
        axes = (0, *range(2, x.ndim))
        distances, centre, variance = moments(widened("BatchNorm", x), axes)
        return self._finished(x, distances, variance), centre, variance

    def _check(self, x: Tensor) -> None:
        check_kind(x.dtype, FLOATS, who="BatchNorm")
        if x.ndim < 2 or x.shape[1] != self.channels:
            raise ShapeError(
                f"BatchNorm: (N, {self.channels}, ...) is needed, x is {x.shape}"
            )

    def _stretched(self, x: Tensor) -> Shape:
        """The shape of one number for each channel of `x`."""
        return self.channels, *(1,) * (x.ndim - 2)

    def _finished(self, x: Tensor, distances: Tensor, variance: Tensor) -> Tensor:
        shape = self._stretched(x)
        weight, bias = reshaped(self.weight, shape), reshaped(self.bias, shape)
        return astype(scaled(distances, variance, self.eps, weight, bias), x.dtype)

    def _moved(self, running: Tensor, batch: Tensor) -> Tensor:
        """The next value of a running statistic."""
        batch = stop_gradient(reshape(batch, running.shape))
        moved = (1 - self.momentum) * running + self.momentum * batch
        return astype(moved, running.dtype)
