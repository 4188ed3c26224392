"""Batches: where training and evaluation take them from, and what one must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..core.elements import tensor
from ..core.errors import ShapeError
from ..core.tensor import Tensor


@runtime_checkable
class Batches(Protocol):
    """Where batches come from, as `data.Loader`: an order for every epoch.

    If it has a method `fingerprint(number)` as well, training that goes on compares
    what it says.
    """

    def __len__(self) -> int:
        """How many batches an epoch has."""

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Any]:
        """The batches (x, y) of an epoch, from the one with the number `start` on."""


def fingerprint(batches: Batches, number: int) -> Tensor | None:
    """What tells the batches of an epoch from others, where a loader says it."""
    say = getattr(batches, "fingerprint", None)
    return None if say is None else tensor(np.frombuffer(say(number), np.uint8))


def pair(who: str, batch: Any) -> tuple[Tensor, Tensor]:
    """A batch (x, y) as two tensors.

    Raises
    ------
    ShapeError
        If there are not two arrays, or one has no example.
    """
    if len(batch) != 2:
        raise ShapeError(
            f"{who}: batches (x, y) are needed, one of {len(batch)} arrays came"
        )
    x, y = map(tensor, batch)
    for name, array in (("x", x), ("y", y)):
        if array.ndim == 0 or len(array) == 0:
            raise ShapeError(
                f"{who}: a batch has an example at least, {name} of shape "
                f"{array.shape} came"
            )
    return x, y
