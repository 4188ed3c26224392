import numpy as np
from laws.answers.gathering import keys


def writers(indices, axes, shape):
    """The number of every position, and the row of the named axes that it names."""
    sizes = [shape[axis] for axis in axes]
    for number, (_, key) in enumerate(keys(indices, axes, len(shape))):
        named = [key[axis] % size for axis, size in zip(axes, sizes, strict=True)]
        yield number, tuple(named)


def last_writer(*indices, axes, shape):
    out = np.full([shape[axis] for axis in axes], -1)
    for number, row in writers(indices, axes, shape):
        out[row] = number
    return out


def previous_writer(*indices, axes, shape):
    seen = {}
    previous = []
    for number, row in writers(indices, axes, shape):
        previous.append(seen.get(row, -1))
        seen[row] = number
    return np.array(previous, np.int64)


ANSWERS = {"last_writer": last_writer, "previous_writer": previous_writer}
