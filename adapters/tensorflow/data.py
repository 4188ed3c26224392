"""Batches in a given order, in TensorFlow."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from .tensor import from_numpy


def batches(
    x: np.ndarray, y: np.ndarray, order: np.ndarray
) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
    """The samples that each row of `order` names, as tensors, row after row."""
    samples = from_numpy(x), from_numpy(y)
    rows = tf.data.Dataset.from_tensor_slices(order)
    yield from rows.map(lambda row: tuple(tf.gather(each, row) for each in samples))
