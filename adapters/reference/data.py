"""Batches in a given order, in the reference framework."""

from collections.abc import Iterator

import numpy as np

import reference_impl as ri

from .tensor import from_numpy


def batches(
    x: np.ndarray, y: np.ndarray, order: np.ndarray
) -> Iterator[tuple[ri.Tensor, ri.Tensor]]:
    """The samples that each row of `order` names, as tensors, row after row."""
    for indices in order:
        yield from_numpy(x[indices]), from_numpy(y[indices])
