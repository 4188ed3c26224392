"""The affine map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ..core import random
from ..core.dtype import as_dtype, float32
from ..core.random import Key
from ..core.tensor import Tensor
from .initialisers import Fans, Initialiser, fan_in_uniform
from .layer import Layer
from .parameters import check_initialisers, check_made


@dataclass(frozen=True)
class Linear(Layer):
    """The affine map x W + b.

    Shapes
    ------
    weight  (D_in, D_out)
    bias    (D_out,), or None
    x       (..., D_in)
    result  (..., D_out)

    Raises
    ------
    ShapeError
        If the last axis of `x` does not have D_in elements.
    """

    weight: Tensor
    bias: Tensor | None = None

    @classmethod
    def init(
        cls,
        key: Key,
        inputs: int,
        outputs: int,
        *,
        weight: Initialiser = fan_in_uniform(),
        bias: Initialiser | None = fan_in_uniform(),
        dtype: Any = float32,
    ) -> Self:
        """A layer with random parameters; without a bias if `bias` is None."""
        check_initialisers(cls.__name__, weight=weight, bias=bias)
        fans, wanted = Fans(inputs, outputs), as_dtype(dtype)
        first, second = random.split(key)
        return cls(
            weight(first, (inputs, outputs), fans, wanted),
            None if bias is None else bias(second, (outputs,), fans, wanted),
        )

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map."""
        check_made(type(self).__name__, weight=self.weight)
        out = x @ self.weight
        return out if self.bias is None else out + self.bias
