"""Initialisers: functions of a key that make a parameter's first value.

An initialiser knows the shape and, apart from it, the fans: how many inputs a result
of the layer depends on, and how many results an input moves. They cannot be read off
the shape, for each layer keeps its parameters in a layout of its own.

What frameworks give a parameter if nobody says otherwise:

    PyTorch   weights and biases `fan_in_uniform()`, of recurrent layers as
              `hidden_uniform` in `recurrent`, embeddings `normal()`
    Keras     weights `glorot_uniform()`, biases `zeros()`, recurrent weights
              `orthogonal()`, embeddings `uniform(-0.05, 0.05)`
    MXNet     weights and embeddings `uniform(-0.07, 0.07)`, biases `zeros()`
    Flax      weights `lecun_normal(truncated=True)`, biases `zeros()`, recurrent
              weights `orthogonal()`

`glorot_normal` and `he_normal` are cut off at two standard deviations in Keras and JAX
(`truncated=True`), and not in PyTorch and MXNet.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import NamedTuple

from ..core import random
from ..core.dtype import Dtype, float64, wide_type
from ..core.errors import RangeError, ShapeError
from ..core.ops import astype, clip, diagonal, full, qr, reshape, where
from ..core.random import Key
from ..core.shape import Shape
from ..core.tensor import Tensor
from .normal_quantile import normal_cdf, normal_quantile


class Fans(NamedTuple):
    """How many inputs a result depends on, and how many results an input moves."""

    inputs: int
    outputs: int


# (key, shape, fans, dtype) -> the parameter. There may be no inputs: a fan of 0 counts
# as 1, for a bias to have a value.
Initialiser = Callable[[Key, Shape, Fans, Dtype], Tensor]


def fan_in_uniform() -> Initialiser:
    """Equally likely between -1/sqrt(inputs) and 1/sqrt(inputs).

    What PyTorch gives the weights and biases of linear and convolutional layers by
    default. Those of recurrent ones have the state's size in place of the inputs.
    """

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        bound = 1 / math.sqrt(max(fans.inputs, 1))
        return random.uniform(key, shape, low=-bound, high=bound, dtype=dtype)

    return init


def uniform(low: float = 0.0, high: float = 1.0) -> Initialiser:
    """Equally likely between two numbers."""

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        return random.uniform(key, shape, low=low, high=high, dtype=dtype)

    return init


def normal(mean: float = 0.0, std: float = 1.0) -> Initialiser:
    """Normally distributed."""

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        return random.normal(key, shape, mean=mean, std=std, dtype=dtype)

    return init


# No number lies below probability 0, and a uniform one may be its lower bound.
LEAST = sys.float_info.min


def truncated_normal(
    mean: float = 0.0, std: float = 1.0, low: float = -2.0, high: float = 2.0
) -> Initialiser:
    """Normally distributed, given that the number lies between two others.

    Parameters
    ----------
    mean, std : float
        Of the distribution before it is cut off. Cut off at two standard deviations, it
        has 0.880 of the deviation; to have all, `variance_scaling` divides by that.
    low, high : float
        The ends themselves, not counted in standard deviations.

    Raises
    ------
    RangeError
        If `std` is not positive, or nothing can lie between the ends in float64.

    Notes
    -----
    As PyTorch's `trunc_normal_`. That of JAX counts ends in standard deviations; that
    of Keras has them at two, and does not correct `std` either.

    A uniform number between the probabilities of lying below the two ends, mapped to
    where that probability is reached. In float64, and rounded at the end.
    """
    if not std > 0:
        raise RangeError(f"truncated_normal: std must be positive, {std} came")
    # The probability of a tail is known precisely on the left.
    side = -1 if (low - mean) + (high - mean) > 0 else 1
    ends = sorted((side * (low - mean) / std, side * (high - mean) / std))
    below = [max(normal_cdf(end), LEAST) for end in ends]
    if not (low < high and below[0] < below[1]):
        raise RangeError(
            f"truncated_normal: numbers between {low} and {high} are needed of a "
            f"normal distribution with mean {mean} and std {std}; there are none"
        )

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        p = random.uniform(key, shape, low=below[0], high=below[1], dtype=float64)
        x = mean + side * std * normal_quantile(p)
        return astype(clip(x, low, high), dtype)  # rounding may lead out

    return init


def constant(value: float) -> Initialiser:
    """The same number everywhere."""

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        return full(shape, value, dtype=dtype)

    return init


def zeros() -> Initialiser:
    """Zero everywhere."""
    return constant(0)


def ones() -> Initialiser:
    """One everywhere."""
    return constant(1)


# Of a normal number that is at most two deviations from its mean.
TRUNCATED_STD = 0.87962566103423978

_FANS: dict[str, Callable[[Fans], float]] = {
    "fan_in": lambda fans: fans.inputs,
    "fan_out": lambda fans: fans.outputs,
    "fan_avg": lambda fans: (fans.inputs + fans.outputs) / 2,
}

# From a standard deviation to a distribution with mean 0 that has it.
_DISTRIBUTIONS: dict[str, Callable[[float], Initialiser]] = {
    "uniform": lambda std: uniform(-math.sqrt(3) * std, math.sqrt(3) * std),
    "normal": lambda std: normal(0.0, std),
    "truncated_normal": lambda std: truncated_normal(
        0.0, std / TRUNCATED_STD, *(end * std / TRUNCATED_STD for end in (-2, 2))
    ),
}


def variance_scaling(
    scale: float = 1.0, *, mode: str = "fan_in", distribution: str = "truncated_normal"
) -> Initialiser:
    """Mean 0 and variance scale / fan, so that results are as large as inputs.

    Parameters
    ----------
    mode : str
        Which fan: "fan_in", "fan_out", or their mean "fan_avg".
    distribution : str
        "uniform", "normal", or "truncated_normal", cut off at two standard deviations
        of what is wider by as much as that takes away.

    Raises
    ------
    RangeError
        If the scale is not positive, or a word is another.

    Notes
    -----
    The defaults are those of Keras, which has the same name for it, as JAX has. Their
    constant for what the truncation takes away is the one here.
    """
    if not scale > 0:
        raise RangeError(f"variance_scaling: scale must be positive, {scale} came")
    for word, words in ((mode, _FANS), (distribution, _DISTRIBUTIONS)):
        if word not in words:
            names = ", ".join(words)
            raise RangeError(f"variance_scaling: one of {names} is needed, {word} came")

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        fan = max(_FANS[mode](fans), 1)
        return _DISTRIBUTIONS[distribution](math.sqrt(scale / fan))(
            key, shape, fans, dtype
        )

    return init


def _normal(truncated: bool) -> str:
    return "truncated_normal" if truncated else "normal"


def glorot_uniform(gain: float = 1.0) -> Initialiser:
    """Equally likely, with variance gain^2 * 2 / (inputs + outputs).

    The bounds are gain * sqrt(6 / (inputs + outputs)) on both sides. PyTorch calls it
    Xavier's.

    Notes
    -----
    Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep
    feedforward neural networks", equation 16.
    """
    return variance_scaling(gain**2, mode="fan_avg", distribution="uniform")


def glorot_normal(gain: float = 1.0, *, truncated: bool = False) -> Initialiser:
    """Normal, with variance gain^2 * 2 / (inputs + outputs); see `glorot_uniform`."""
    return variance_scaling(gain**2, mode="fan_avg", distribution=_normal(truncated))


def he_uniform(gain: float = math.sqrt(2), *, mode: str = "fan_in") -> Initialiser:
    """Equally likely, with variance gain^2 / fan.

    Parameters
    ----------
    gain : float
        By how much the following activation makes spreads smaller: sqrt(2) for `relu`,
        sqrt(2 / (1 + slope^2)) for `leaky_relu`. PyTorch advises 1 for none or
        `sigmoid`, 5/3 for `tanh` and 3/4 for `selu`.
    mode : str
        "fan_in" keeps the size of what flows forward, "fan_out" that of what flows
        back.

    Notes
    -----
    PyTorch calls it Kaiming's.

    Source: He et al. 2015, "Delving deep into rectifiers", equations 10 and 14.
    """
    return variance_scaling(gain**2, mode=mode, distribution="uniform")


def he_normal(
    gain: float = math.sqrt(2), *, mode: str = "fan_in", truncated: bool = False
) -> Initialiser:
    """Normal, with variance gain^2 / fan; see `he_uniform`."""
    return variance_scaling(gain**2, mode=mode, distribution=_normal(truncated))


def lecun_uniform() -> Initialiser:
    """Equally likely, with variance 1 / inputs; see `lecun_normal`."""
    return variance_scaling(distribution="uniform")


def lecun_normal(*, truncated: bool = False) -> Initialiser:
    """Normal, with variance 1 / inputs; what `selu` needs.

    Notes
    -----
    Source: LeCun et al. 1998, "Efficient backprop", equation 16.
    """
    return variance_scaling(distribution=_normal(truncated))


def orthogonal(gain: float = 1.0) -> Initialiser:
    """A random matrix that keeps lengths, times `gain`.

    All axes but the first are taken as one. Of rows and columns, those that are fewer
    are orthonormal.

    Raises
    ------
    ShapeError
        If there are fewer than two axes.

    Notes
    -----
    Every such matrix is equally likely. Of the factor Q of a normal matrix that holds
    only once R has a positive diagonal, which it has not by itself.

    Sources: Saxe et al. 2013, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", section 3; Mezzadri 2007, "How to generate random
    matrices from the classical compact groups", section 5.
    """

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        if len(shape) < 2:
            raise ShapeError(f"orthogonal: two axes or more are needed, {shape} came")
        rows, columns = shape[0], math.prod(shape[1:])
        sizes = max(rows, columns), min(rows, columns)
        q, r = qr(random.normal(key, sizes, dtype=wide_type(dtype)))
        q = gain * where(diagonal(r) < 0, -q, q)
        return astype(reshape(q if rows >= columns else q.T, shape), dtype)

    return init
