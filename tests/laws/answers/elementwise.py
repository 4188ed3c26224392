import math

import numpy as np


def one_by_one(function):
    """A function of Python's floats, applied to every element."""
    return lambda x: np.array([function(v) for v in x.flat], x.dtype).reshape(x.shape)


ANSWERS = {
    "astype": lambda x, *, dtype: np.array(x.tolist(), dtype),
    "clip_max": lambda x, bound: np.where(x > bound, bound, x),
    "clip_min": lambda x, bound: np.where(x < bound, bound, x),
    "erf": one_by_one(math.erf),
    "erfc": one_by_one(math.erfc),
    "identity": np.copy,
    "modulus": lambda x: np.sqrt(x.real**2 + x.imag**2),
    "relu": lambda x: np.where(x > 0, x, np.zeros_like(x)),
    "sigmoid": lambda x: (1 + np.tanh(x / 2)) / 2,
    "stop_gradient": np.copy,
}
