"""Batches in a given order, in PyTorch."""

from collections.abc import Iterator

import numpy as np

from ..contract import Arrays, Batch
from .tensor import from_numpy


def batches(samples: Arrays, noise: Arrays, order: np.ndarray) -> Iterator[Batch]:
    """The samples that each row of `order` names, and that step's noise, as tensors."""
    held = {name: from_numpy(array) for name, array in samples.items()}
    for step, rows in enumerate(from_numpy(order)):
        batch = {name: x[rows] for name, x in held.items()}
        yield batch | {name: from_numpy(array[step]) for name, array in noise.items()}
