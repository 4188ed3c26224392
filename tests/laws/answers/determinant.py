import itertools

import numpy as np


def det(x):
    """The sum over all permutations of the signed products of elements."""
    size = x.shape[-1]
    total = np.zeros(x.shape[:-2], x.dtype)
    for order in itertools.permutations(range(size)):
        sign = np.linalg.det(np.eye(size)[list(order)]).round().astype(x.dtype)
        total = total + sign * x[..., range(size), order].prod(-1)
    return total


def slogdet(x):
    size = np.abs(det(x))
    return det(x) / size, np.log(size)


def cofactors(x):
    out = np.empty_like(x)
    for row, column in np.ndindex(x.shape):
        minor = np.delete(np.delete(x, row, axis=-2), column, axis=-1)
        out[row, column] = (-1) ** (row + column) * det(minor)
    return out


ANSWERS = {"cofactors": cofactors, "det": det, "slogdet": slogdet}
