"""Batches in a given order, in MXNet."""

from collections.abc import Iterator

import numpy as np

from ..contract import Arrays, Batch
from .tensor import from_numpy


def batches(samples: Arrays, noise: Arrays, order: np.ndarray) -> Iterator[Batch]:
    """The samples that each row of `order` names, and that step's noise, as tensors."""
    for step, rows in enumerate(order):
        batch = {name: from_numpy(array[rows]) for name, array in samples.items()}
        yield batch | {name: from_numpy(array[step]) for name, array in noise.items()}
