import numpy as np


def pivot(v):
    """The position of the largest element of every column of every matrix."""
    batch = np.indices((*v.shape[:-2], v.shape[-1]))
    return (*batch[:-1], np.abs(v).argmax(-2), batch[-1])


def with_positive_pivots(v):
    """Every column times the number of size 1 that makes its pivot positive."""
    if v.dtype.kind == "c":
        return v * np.exp(-1j * np.angle(v[pivot(v)])).astype(v.dtype)[..., None, :]
    return v * np.sign(v[pivot(v)])[..., None, :]


def pivots(v):
    out = np.zeros_like(v)
    out[pivot(v)] = 1
    return out


ANSWERS = {"pivots": pivots}
