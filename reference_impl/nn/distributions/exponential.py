"""The exponential distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from ...core.dtype import wide_type
from ...core.keys import use
from ...core.operands import Operand, promoted
from ...core.ops import astype, log, log1p, reciprocal, square, where
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from ...core.unit_interval import open_unit
from .distribution import Distribution


@dataclass(frozen=True)
class Exponential(Distribution):
    """The density rate exp(-rate x) where x is not negative.

    Parameters
    ----------
    rate : number or tensor
        Positive; how many events there are on average in a unit of time, if samples are
        the times between them.

    Notes
    -----
    A sample has derivatives: it is e / rate, where e does not depend on it.
    """

    rate: Operand

    _positive: ClassVar = ("rate",)

    @property
    def mean(self) -> Tensor:
        """That is 1 / rate."""
        return reciprocal(self.parameters()[0])

    @property
    def variance(self) -> Tensor:
        """That is 1 / rate^2."""
        return square(self.mean)

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Numbers that follow the distribution, and move with its parameter."""
        (rate,) = self.parameters()
        sizes = self._sizes(shape, rate.shape)
        with use(key, self._name) as words:
            fraction = open_unit(words, sizes, wide_type(rate.dtype))
            # Not log(fraction): the fractions are fine towards 0, and so are these.
            return astype(-log1p(-fraction), rate.dtype) / rate

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the density at `x`, which must not be negative."""
        (rate,) = self.parameters()
        x, _ = promoted(self._name, (x, rate))
        self._check(x >= 0, x, "x must not be negative")
        return where(x >= 0, log(rate) - rate * x, -math.inf)

    def entropy(self) -> Tensor:
        """That is 1 - log(rate)."""
        return 1 - log(self.parameters()[0])
