"""What a layer is: a map with parameters, as a frozen record.

A layer is a tree (`core/tree.py`): its fields are parameters, statistics, other layers,
and `static` settings. Calling it is the map as it is used after training. `training` is
the map as it is used in training, which may draw random numbers and may update running
statistics. Nothing is changed in place: `training` returns the layer of the next step
with the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ..core.dtype import float32
from ..core.random import Key
from ..core.shape import Shape
from ..core.tensor import Tensor
from .summary import Summary, summary


@dataclass(frozen=True)
class Layer:
    """A map with parameters.

    A layer of one's own is a frozen dataclass that inherits from this one and says what
    a call does. Where training does something else, it has a method `training`, too.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map, as it is used after training."""
        raise NotImplementedError(f"{type(self).__name__}: no map is defined")

    def training(self, x: Tensor, key: Key | None = None) -> tuple[Tensor, Self]:
        """Apply the map as it is used in training; also the layer of the next step.

        Parameters
        ----------
        key : Key, optional
            What random numbers are functions of; layers that draw some need one.
        """
        return self(x), self

    def summary(self, shape: Shape, *, dtype: Any = float32) -> Summary:
        """The layers inside, with their results, sizes and costs; see `summary.py`."""
        return summary(self, shape, dtype=dtype)
