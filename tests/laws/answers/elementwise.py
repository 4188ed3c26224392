import math

import numpy as np


def one_by_one(function):
    """A function of Python's floats, applied to every element."""
    return lambda x: np.array([function(v) for v in x.flat], x.dtype).reshape(x.shape)


def polygamma(x, *, order):
    """Its sum over 10,000 steps, and the integral from half a step later."""
    wide, count, factorial = x.astype(np.float64), 10_000, math.factorial(order)
    steps = wide[..., None] + np.arange(count)
    end = wide + count - 0.5
    rest = math.factorial(order - 1) / end**order if order else -np.log(end)
    # A sum is larger than the integral by 1/24 of the slope at its end.
    rest -= math.factorial(order + 1) / (24 * end ** (order + 2))
    total = (factorial / steps ** (order + 1)).sum(axis=-1) + rest
    return ((-1) ** (order + 1) * total).astype(x.dtype)


ANSWERS = {
    "astype": lambda x, *, dtype: np.array(x.tolist(), dtype),
    "clip_max": lambda x, bound: np.where(x > bound, bound, x),
    "clip_min": lambda x, bound: np.where(x < bound, bound, x),
    "erf": one_by_one(math.erf),
    "erfc": one_by_one(math.erfc),
    "gated": lambda x, g: np.where(x > 0, g, 0),
    "identity": np.copy,
    "lgamma": one_by_one(math.lgamma),
    "modulus": lambda x: np.sqrt(x.real**2 + x.imag**2),
    "polygamma": polygamma,
    "relu": lambda x: np.where(x > 0, x, np.zeros_like(x)),
    "sigmoid": lambda x: (1 + np.tanh(x / 2)) / 2,
    "stop_gradient": np.copy,
}
