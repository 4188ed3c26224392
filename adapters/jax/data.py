"""Batches in a given order, in JAX."""

from .tensor import from_numpy


def batches(x, y, order):
    """The samples that each row of `order` names, as tensors, row after row."""
    for indices in order:
        yield from_numpy(x[indices]), from_numpy(y[indices])
