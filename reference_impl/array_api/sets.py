"""The distinct elements of a tensor.

How many there are depends on values, so these work eagerly only. Elements are taken
out of the tensor by index: derivatives go through. NaN differs from itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..core.device import Device
from ..core.dtype import wide_type
from ..core.ops import reshape, take
from ..core.tensor import Tensor, known, value

__all__ = ["unique_all", "unique_counts", "unique_inverse", "unique_values"]


class UniqueAll(NamedTuple):
    """The distinct elements, where each is first, where they are, how many of each."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """The distinct elements, and how many of each."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """The distinct elements, and which of them each element is."""

    values: Tensor
    inverse_indices: Tensor


def unique_all(x: Tensor, /) -> UniqueAll:
    """The distinct elements in ascending order, and all that is known about them.

    Shapes
    ------
    x                        (...)
    values, indices, counts  (U,)
    inverse_indices          (...)

    Raises
    ------
    NoValueError
        If the elements are not known yet, because a function is being captured.
    """
    elements = x.device.get(value(x, "unique_all"))
    _, indices, inverse, counts = np.unique(
        elements.astype(wide_type(x.dtype), copy=False),
        return_index=True,
        return_inverse=True,
        return_counts=True,
        equal_nan=False,
    )
    first = _integers(indices, x.device)
    return UniqueAll(
        values=take(reshape(x, (-1,)), first),
        indices=first,
        inverse_indices=_integers(inverse.reshape(x.shape), x.device),
        counts=_integers(counts, x.device),
    )


def _integers(array: Any, device: Device) -> Tensor:
    return known(device.put(array.astype(np.int64, copy=False)), device)


def unique_counts(x: Tensor, /) -> UniqueCounts:
    """The distinct elements, and how often each occurs; see `unique_all`."""
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


def unique_inverse(x: Tensor, /) -> UniqueInverse:
    """The distinct elements, and which of them each element is; see `unique_all`."""
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: Tensor, /) -> Tensor:
    """The distinct elements; see `unique_all`."""
    return unique_all(x).values
