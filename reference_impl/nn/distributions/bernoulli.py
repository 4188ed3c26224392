"""The Bernoulli distribution: one of two."""

from __future__ import annotations

from dataclasses import dataclass

from ...core import random
from ...core.dtype import wide_type
from ...core.operands import Operand, as_tensors
from ...core.ops import astype, isfinite, logaddexp, sigmoid
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from .distribution import Distribution


@dataclass(frozen=True)
class Bernoulli(Distribution):
    """1 with the probability sigmoid(logits), else 0.

    Parameters
    ----------
    logits : number or tensor
        log(p / (1 - p)), finite. The probability itself would be rounded to 1 where
        1 - p is still well known.

    Notes
    -----
    Samples are numbers of the parameters' dtype, as in PyTorch, and have no derivative.
    """

    logits: Operand

    def parameters(self) -> list[Tensor]:
        """The logits as a checked tensor."""
        (logits,) = super().parameters()
        self.check(isfinite(logits), logits, "logits must be finite")
        return [logits]

    @property
    def mean(self) -> Tensor:
        """The probability of 1."""
        return sigmoid(self.parameters()[0])

    @property
    def variance(self) -> Tensor:
        """That is p (1 - p)."""
        (logits,) = self.parameters()
        return sigmoid(logits) * sigmoid(-logits)

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Zeros and ones that follow the distribution; there is no derivative."""
        (logits,) = self.parameters()
        p = sigmoid(astype(logits, wide_type(logits.dtype)))
        drawn = random.bernoulli(key, p, self.sizes(shape, logits.shape))
        return astype(drawn, logits.dtype)

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the probability of `x`, zeros and ones of any dtype."""
        (logits,) = self.parameters()
        (x,) = as_tensors(self.name, (x,))
        x = astype(x, logits.dtype)
        self.check((x == 0) | (x == 1), x, "x must be 0 or 1")
        one, zero = log_probabilities(logits)
        return x * one + (1 - x) * zero

    def entropy(self) -> Tensor:
        """That is -p log(p) - (1 - p) log(1 - p)."""
        (logits,) = self.parameters()
        one, zero = log_probabilities(logits)
        return -(sigmoid(logits) * one + sigmoid(-logits) * zero)


def log_probabilities(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The logarithms of the probabilities of 1 and of 0, precise for both."""
    return -logaddexp(-logits, 0.0), -logaddexp(logits, 0.0)
