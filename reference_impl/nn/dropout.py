"""Dropout: random elements become zero in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ..core import random
from ..core.dtype import FLOATS, check_kind
from ..core.errors import RangeError, ShapeError
from ..core.number import real_number
from ..core.ops import where
from ..core.random import Key
from ..core.shape import Shape
from ..core.tensor import Tensor
from .layer import Layer
from .parts import static, statistic


@dataclass(frozen=True)
class Dropout(Layer):
    """In training, every element is zero with probability `p`; the rest is x / (1 - p).

    So the mean over all masks is x, and after training nothing is to be done. With a
    `p` of 1, all is zero in training.

    Shapes
    ------
    kept    that of `x` or one that stretches to it, or None
    x       any
    result  that of `x`

    Parameters
    ----------
    p : float in [0, 1]
        The probability of a zero, as in all frameworks.
    kept : Tensor of bool, optional
        Which elements are kept, in place of random numbers. With equal ones, frameworks
        whose generators differ can be compared.

    Raises
    ------
    RangeError
        If `p` lies outside of [0, 1].
    TypeError
        In training: if neither a key nor `kept` is given.
    DtypeError
        In training: if the elements are no floating-point numbers.
    ShapeError
        In training: if `kept` does not stretch to the shape of `x`.

    Notes
    -----
    A dropped element is zero even if it was infinite or not a number, which times zero
    is not a number in PyTorch.

    Source: Srivastava et al. 2014, section 10, for the scale in training.
    """

    p: float = static(default=0.5)
    kept: Tensor | None = statistic(default=None)

    def __post_init__(self) -> None:
        if not 0 <= real_number("Dropout: p", self.p) <= 1:
            raise RangeError(
                f"Dropout: p, the probability of a zero, must lie in [0, 1]; {self.p} "
                f"came"
            )

    def __call__(self, x: Tensor) -> Tensor:
        """Return `x` itself."""
        return x

    def training(self, x: Tensor, key: Key | None = None) -> tuple[Tensor, Self]:
        """Drop elements; the layer stays the same."""
        check_kind(x.dtype, FLOATS, who="Dropout")
        if self.p == 0 and self.kept is None:
            return x, self
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        return where(self._kept(x, key), x * scale, 0), self

    def _kept(self, x: Tensor, key: Key | None) -> Tensor:
        if self.kept is not None:
            _check_stretches(self.kept.shape, x.shape)
            return self.kept
        if key is None:
            raise TypeError(
                "Dropout: training needs a key; call `training(x, key)` with one that "
                "`ri.random.key` or `ri.random.split` made"
            )
        return random.bernoulli(key, 1 - self.p, x.shape)


def _check_stretches(shape: Shape, target: Shape) -> None:
    pairs = zip(shape[::-1], target[::-1], strict=False)
    if len(shape) > len(target) or not all(m in (1, n) for m, n in pairs):
        raise ShapeError(f"Dropout: kept must stretch to x, {target}; {shape} came")
