"""The categorical distribution: one of several."""

from __future__ import annotations

from dataclasses import dataclass

from ...core import random
from ...core.dtype import INTEGERS, check_kind
from ...core.errors import ShapeError
from ...core.operands import Operand, as_tensors
from ...core.ops import (
    arange,
    broadcast_to,
    expand_dims,
    isfinite,
    log_softmax,
    max,
    softmax,
    square,
    squeeze,
    sum,
    take_along_axis,
    where,
)
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from .distribution import Distribution


@dataclass(frozen=True)
class Categorical(Distribution):
    """Each position 0 to C - 1 with its probability, the softmax of the logits.

    Parameters
    ----------
    logits : tensor
        Logarithms of the probabilities, up to a number that is added to all. Minus
        infinity stands for a probability of 0; one at least must be finite.

    Shapes
    ------
    logits  (..., C); the batch shape is what stands before C
    x       integers in [0, C)

    Notes
    -----
    Samples are int64 and have no derivative. Mean and variance are those of the
    position as a number, which says something where positions have an order; those of
    PyTorch are not numbers.
    """

    logits: Operand

    def parameters(self) -> list[Tensor]:
        """The logits as a checked tensor."""
        (logits,) = super().parameters()
        if not logits.ndim or not logits.shape[-1]:
            raise ShapeError(
                f"{self._name}: logits (..., C) with positive C are needed, "
                f"{logits.shape} came"
            )
        largest = max(logits, axis=-1)
        self._check(isfinite(largest), largest, "the largest logit must be finite")
        return [logits]

    @property
    def probabilities(self) -> Tensor:
        """Those of all positions: (..., C)."""
        return softmax(self.parameters()[0])

    @property
    def mean(self) -> Tensor:
        """The average position."""
        p = self.probabilities
        return sum(p * _positions(p), axis=-1)

    @property
    def variance(self) -> Tensor:
        """The average of squared distances from the average position."""
        p = self.probabilities
        distance = _positions(p) - expand_dims(self.mean, axis=-1)
        return sum(p * square(distance), axis=-1)

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Positions that follow the distribution; there is no derivative."""
        (logits,) = self.parameters()
        sizes = self._sizes(shape, logits.shape[:-1])
        return random.categorical(key, logits, shape=sizes)

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the probability of `x`, integers from 0 to C - 1."""
        logs = log_softmax(self.parameters()[0])
        (x,) = as_tensors(self._name, (x,))
        check_kind(x.dtype, INTEGERS, who=f"{self._name}: x")
        count = logs.shape[-1]
        self._check((x >= 0) & (x < count), x, f"x must lie in [0, {count})")
        batch = self._common_shape(x.shape, logs.shape[:-1])
        rows = broadcast_to(logs, (*batch, count))
        positions = expand_dims(broadcast_to(x, batch), axis=-1)
        return squeeze(take_along_axis(rows, positions, axis=-1), axis=-1)

    def entropy(self) -> Tensor:
        """Minus the sum of p log(p), where 0 log(0) is 0."""
        (logits,) = self.parameters()
        return -average(softmax(logits), log_softmax(logits))


def _positions(p: Tensor) -> Tensor:
    """Those of the last axis, as numbers."""
    return arange(p.shape[-1], dtype=p.dtype, device=p.device)


def average(p: Tensor, x: Tensor) -> Tensor:
    """The sum of p x along the last axis, without what has the probability 0."""
    return sum(p * where(p == 0, 0, x), axis=-1)
