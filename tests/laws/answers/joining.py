import numpy as np

ANSWERS = {
    "concat": lambda *inputs, axis: np.concatenate(inputs, axis),
    "split": lambda x, *, sizes, axis: tuple(
        np.split(x, np.cumsum(sizes)[:-1], axis),
    ),
}
