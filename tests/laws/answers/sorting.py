import numpy as np


def argsort(x, *, axis, descending):
    """The order in Python's words: sorting is stable, in both directions."""
    lines = np.moveaxis(x, axis, -1)
    orders = [
        sorted(range(line.size), key=line.__getitem__, reverse=descending)
        for line in lines.reshape(-1, lines.shape[-1])
    ]
    return np.moveaxis(np.reshape(orders, lines.shape), -1, axis)


ANSWERS = {"argsort": argsort}
