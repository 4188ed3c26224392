"""Batches in a given order, in JAX."""

from collections.abc import Iterator

import jax
import numpy as np

from .tensor import from_numpy


def batches(
    x: np.ndarray, y: np.ndarray, order: np.ndarray
) -> Iterator[tuple[jax.Array, jax.Array]]:
    """The samples that each row of `order` names, as tensors, row after row."""
    for indices in order:
        yield from_numpy(x[indices]), from_numpy(y[indices])
