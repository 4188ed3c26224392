"""The Bernoulli distribution: one of two."""

from __future__ import annotations

from dataclasses import dataclass

from ...core import random
from ...core.dtype import wide_type
from ...core.operands import Operand, as_tensors
from ...core.ops import astype, isfinite, sigmoid
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from ..activations import log_sigmoid
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
        self._check(isfinite(logits), logits, "logits must be finite")
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
        drawn = random.bernoulli(key, p, self._sizes(shape, logits.shape))
        return astype(drawn, logits.dtype)

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the probability of `x`, zeros and ones of any dtype."""
        (logits,) = self.parameters()
        (x,) = as_tensors(self._name, (x,))
        x = astype(x, logits.dtype)
        self._check((x == 0) | (x == 1), x, "x must be 0 or 1")
        return x * log_sigmoid(logits) + (1 - x) * log_sigmoid(-logits)

    def entropy(self) -> Tensor:
        """That is -p log(p) - (1 - p) log(1 - p)."""
        (logits,) = self.parameters()
        of_one = sigmoid(logits) * log_sigmoid(logits)
        return -(of_one + sigmoid(-logits) * log_sigmoid(-logits))
