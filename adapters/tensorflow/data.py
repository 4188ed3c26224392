"""Batches in a given order, in TensorFlow."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from ..contract import Arrays, Batch
from .tensor import from_numpy


def batches(train: Arrays, noise: Arrays, order: np.ndarray) -> Iterator[Batch]:
    """For each row of `order` the samples that it names, and the noise of that step."""
    samples = {name: from_numpy(array) for name, array in train.items()}

    def batch(rows, noise):
        return {n: tf.gather(each, rows) for n, each in samples.items()} | noise

    yield from tf.data.Dataset.from_tensor_slices((order, noise)).map(batch)
