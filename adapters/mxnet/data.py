"""Batches in a given order, in MXNet."""

from collections.abc import Iterator

import numpy as np
from mxnet import nd
from mxnet.gluon.data import ArrayDataset, DataLoader

from .tensor import from_numpy


def batches(
    x: np.ndarray, y: np.ndarray, order: np.ndarray
) -> Iterator[list[nd.NDArray]]:
    """The samples that each row of `order` names, as tensors, row after row."""
    samples = ArrayDataset(from_numpy(x), from_numpy(y))
    yield from DataLoader(samples, batch_sampler=order.tolist())
