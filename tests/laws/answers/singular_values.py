import numpy as np

from .phases import with_positive_pivots


def svd(x, *, full_matrices):
    """The left vectors are eigenvectors, and the right ones follow from them."""
    squares, left = np.linalg.eigh(x @ np.conj(x.swapaxes(-1, -2)))
    count = min(x.shape[-2:])
    values = np.sqrt(squares[..., : -count - 1 : -1])
    left = with_positive_pivots(left[..., : -count - 1 : -1])
    return left, values, np.conj(left.swapaxes(-1, -2)) @ x / values[..., None]


ANSWERS = {"svd": svd, "svdvals": lambda x: svd(x, full_matrices=False)[1]}
