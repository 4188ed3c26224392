import numpy as np


def keys(indices, axes, ndim):
    """For every place among the positions, the index of the row that it names."""
    broadcast = np.broadcast_arrays(*indices)
    for place in np.ndindex(broadcast[0].shape):
        named = {axis: int(i[place]) for axis, i in zip(axes, broadcast, strict=True)}
        yield place, tuple(named.get(axis, slice(None)) for axis in range(ndim))


def gather(x, *indices, axes):
    """Row by row."""
    block = np.broadcast_shapes(*(i.shape for i in indices))
    rest = [n for axis, n in enumerate(x.shape) if axis not in axes]
    out = np.empty((*block, *rest), x.dtype)
    for place, key in keys(indices, axes, x.ndim):
        out[place] = x[key]
    return out


def scatter_add(x, *indices, axes, shape):
    """Row by row."""
    out = np.zeros(shape, x.dtype)
    for place, key in keys(indices, axes, len(shape)):
        out[key] += x[place]
    return out


ANSWERS = {"gather": gather, "scatter_add": scatter_add}
