"""Batches in a given order, in PyTorch."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from .tensor import from_numpy


def batches(
    x: np.ndarray, y: np.ndarray, order: np.ndarray
) -> Iterator[list[torch.Tensor]]:
    """The samples that each row of `order` names, as tensors, row after row."""
    samples = TensorDataset(from_numpy(x), from_numpy(y))
    yield from DataLoader(samples, batch_sampler=order.tolist())
