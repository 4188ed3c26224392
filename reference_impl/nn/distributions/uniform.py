"""The uniform distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core import random
from ...core.operands import Operand, promoted
from ...core.ops import log, square, where
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from .distribution import Distribution


@dataclass(frozen=True)
class Uniform(Distribution):
    """The density 1 / (high - low) from `low` to `high`.

    Parameters
    ----------
    low, high : number or tensor
        The bounds, of which `low` is the smaller one.

    Notes
    -----
    Both bounds belong to it, since a sample may be rounded to `high`; in PyTorch the
    density at `high` is zero. A sample has derivatives: it is low + (high - low) u,
    where u does not depend on them.
    """

    low: Operand
    high: Operand

    def parameters(self) -> list[Tensor]:
        """The bounds as checked tensors of one dtype and one shape."""
        low, high = super().parameters()
        width = high - low
        is_right = (width > 0) & (width < math.inf)
        self._check(is_right, width, "high - low must be positive and finite")
        return [low, high]

    @property
    def mean(self) -> Tensor:
        """Half-way between the bounds."""
        low, high = self.parameters()
        return low + 0.5 * (high - low)

    @property
    def variance(self) -> Tensor:
        """That is (high - low)^2 / 12."""
        low, high = self.parameters()
        return square((high - low) / math.sqrt(12))  # whose square could overflow

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Numbers that follow the distribution, and move with its parameters."""
        low, high = self.parameters()
        sizes = self._sizes(shape, low.shape)
        return low + (high - low) * random.uniform(key, sizes, dtype=low.dtype)

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the density at `x`, which lies between the bounds."""
        low, high = self.parameters()
        x, _ = promoted(self._name, (x, low))
        is_inside = (low <= x) & (x <= high)
        self._check(is_inside, x, "x must lie in [low, high]")
        return where(is_inside, -log(high - low), -math.inf)

    def entropy(self) -> Tensor:
        """That is log(high - low)."""
        low, high = self.parameters()
        return log(high - low)
