"""Batches in a given order, in JAX."""

from collections.abc import Iterator

import jax
import numpy as np

from ..contract import Arrays
from .tensor import from_numpy


def batches(
    train: Arrays, noise: Arrays, order: np.ndarray
) -> Iterator[dict[str, jax.Array]]:
    """The samples that each row of `order` names and noise, as tensors, row by row."""
    for step, indices in enumerate(order):
        samples = {name: from_numpy(array[indices]) for name, array in train.items()}
        yield samples | {name: from_numpy(array[step]) for name, array in noise.items()}
