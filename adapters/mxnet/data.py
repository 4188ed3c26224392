"""Batches in a given order, in MXNet."""

from collections.abc import Iterator

import numpy as np
from mxnet import nd

from ..contract import Arrays
from .tensor import from_numpy


def batches(
    train: Arrays, noise: Arrays, order: np.ndarray
) -> Iterator[dict[str, nd.NDArray]]:
    """The samples that each row of `order` names, and its noise, row after row."""
    for step, indices in enumerate(order):
        samples = {name: from_numpy(array[indices]) for name, array in train.items()}
        yield samples | {name: from_numpy(array[step]) for name, array in noise.items()}
