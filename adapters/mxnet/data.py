"""Batches in a given order, in MXNet."""

from collections.abc import Iterator

import numpy as np
from mxnet import nd

from ..contract import Arrays
from .tensor import from_numpy


def batches(
    samples: Arrays, noise: Arrays, order: np.ndarray
) -> Iterator[dict[str, nd.NDArray]]:
    """The samples that each row of `order` names, and that step's noise, as tensors."""
    for step, rows in enumerate(order):
        batch = {name: from_numpy(array[rows]) for name, array in samples.items()}
        yield batch | {name: from_numpy(array[step]) for name, array in noise.items()}
