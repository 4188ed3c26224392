"""The beta distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...core import random
from ...core.operands import Operand, promoted
from ...core.ops import astype, digamma, lgamma, log, sigmoid
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from .distribution import Distribution, times_log, without_derivative
from .gamma import standard_gamma


@dataclass(frozen=True)
class Beta(Distribution):
    """The density x^(alpha - 1) (1 - x)^(beta - 1) / B(alpha, beta) from 0 to 1.

    B(alpha, beta) is gamma(alpha) gamma(beta) / gamma(alpha + beta).

    Parameters
    ----------
    alpha, beta : number or tensor
        Positive. PyTorch calls them concentration1 and concentration0.

    Notes
    -----
    To ask for the derivative of a sample raises a `GradientError`, as by the
    concentration of `Gamma`.
    """

    alpha: Operand
    beta: Operand

    _positive: ClassVar = ("alpha", "beta")

    @property
    def mean(self) -> Tensor:
        """That is alpha / (alpha + beta)."""
        alpha, beta = self.parameters()
        return alpha / (alpha + beta)

    @property
    def variance(self) -> Tensor:
        """That is mean (1 - mean) / (alpha + beta + 1)."""
        alpha, beta = self.parameters()
        total = alpha + beta
        # Not of a product, which could overflow.
        return (alpha / total) * (beta / total) / (total + 1)

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Numbers that follow the distribution; there is no derivative.

        x / (x + y) for numbers x and y that follow gamma distributions, which may both
        be too small to be told from 0: hence the logarithm of x / y.
        """
        alpha, beta = self.parameters()
        sizes, (first, second) = self._sizes(shape, alpha.shape), random.split(key)
        x, x_factor = standard_gamma(first, alpha, sizes)
        y, y_factor = standard_gamma(second, beta, sizes)
        drawn = astype(sigmoid(log(x / y) + (x_factor - y_factor)), alpha.dtype)
        return without_derivative("Beta: alpha or beta", drawn, alpha, beta)

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the density at `x`, in [0, 1]."""
        alpha, beta = self.parameters()
        x, _ = promoted(self._name, (x, alpha))
        self._check((x >= 0) & (x <= 1), x, "x must lie in [0, 1]")
        powers = times_log(alpha - 1, x) + times_log(beta - 1, 1 - x)
        return powers - log_beta(alpha, beta)

    def entropy(self) -> Tensor:
        """Minus the average of `log_probability`, by those of log(x) and log(1 - x)."""
        alpha, beta = self.parameters()
        total = alpha + beta
        averages = (alpha - 1) * digamma(alpha) + (beta - 1) * digamma(beta)
        return log_beta(alpha, beta) - averages + (total - 2) * digamma(total)


def log_beta(alpha: Tensor, beta: Tensor) -> Tensor:
    """The logarithm of the beta function."""
    return lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta)
