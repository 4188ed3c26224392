"""The normal distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from ...core import random
from ...core.operands import Operand
from ...core.ops import log, square
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from .distribution import Distribution

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Normal(Distribution):
    """The density exp(-((x - loc) / scale)^2 / 2) / (scale sqrt(2 pi)).

    Parameters
    ----------
    loc : number or tensor
        The mean.
    scale : number or tensor
        The standard deviation, positive.

    Notes
    -----
    A sample has derivatives: it is loc + scale z, where z does not depend on them.
    """

    loc: Operand
    scale: Operand

    _positive: ClassVar = ("scale",)

    @property
    def mean(self) -> Tensor:
        """That is `loc`."""
        return self.parameters()[0]

    @property
    def variance(self) -> Tensor:
        """The square of `scale`."""
        return square(self.parameters()[1])

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Numbers that follow the distribution, and move with its parameters."""
        loc, scale = self.parameters()
        sizes = self._sizes(shape, loc.shape)
        return loc + scale * random.normal(key, sizes, dtype=loc.dtype)

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the density at `x`."""
        loc, scale = self.parameters()
        return -0.5 * square((x - loc) / scale) - log(scale) - HALF_LOG_TAU

    def entropy(self) -> Tensor:
        """That is log(scale sqrt(2 pi e))."""
        return log(self.parameters()[1]) + (0.5 + HALF_LOG_TAU)
