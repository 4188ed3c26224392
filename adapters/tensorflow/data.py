"""Batches in a given order, in TensorFlow."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from ..contract import Arrays, Batch
from .tensor import from_numpy


def batches(samples: Arrays, noise: Arrays, order: np.ndarray) -> Iterator[Batch]:
    """The samples that each row of `order` names, and that step's noise, as tensors."""
    held = {name: from_numpy(array) for name, array in samples.items()}

    def batch(rows, noise):
        return {name: tf.gather(x, rows) for name, x in held.items()} | noise

    yield from tf.data.Dataset.from_tensor_slices((order, noise)).map(batch)
