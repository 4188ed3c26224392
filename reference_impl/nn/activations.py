"""Activations: functions of single elements that stand between layers.

`relu`, `sigmoid`, `tanh`, `softmax` and `log_softmax` are among the ops of
`reference_impl` itself. Defaults are PyTorch's.

Functions with a kink have one of the two slopes there, the same as in PyTorch: that
from the left for `leaky_relu`, `elu` and their kin, and at the ends of what is straight
in the hard ones that of the flat side, as `relu` has. (The slope of `ri.clip` at its
bounds is 1.) Values and slopes are right however large a finite element is. `gelu`,
`silu`, `mish` and `hard_swish` of minus infinity are not a number, as in PyTorch.
"""

from __future__ import annotations

import math

from ..core.errors import RangeError, ShapeError
from ..core.number import check_not_negative
from ..core.ops import (
    clip,
    erfc,
    expm1,
    logaddexp,
    reshape,
    sigmoid,
    split,
    square,
    tanh,
    where,
)
from ..core.shape import axis_number
from ..core.tensor import Tensor


def leaky_relu(x: Tensor, slope: float = 0.01) -> Tensor:
    """x where it is positive, else slope * x.

    Notes
    -----
    The slope is 0.3 in Keras's layer and 0.2 in its function, 0.25 in MXNet's.

    Source: Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic
    models", section 2.
    """
    return where(x > 0, x, slope * x)


def prelu(x: Tensor, weight: Tensor, *, axis: int = 1) -> Tensor:
    """A `leaky_relu` whose slopes are parameters, one for all or one for each channel.

    Shapes
    ------
    x       (N, C, ...), with C at `axis`
    weight  (), (1,) or (C,)

    Raises
    ------
    ShapeError
        If there is neither one slope nor one for each channel.

    Notes
    -----
    Source: He et al. 2015, "Delving deep into rectifiers", equation 1. There, and in
    PyTorch, the first values are 0.25; in Keras they are 0.
    """
    if weight.size != 1:
        a = axis_number(axis, x.ndim, who="prelu")
        if weight.shape != (x.shape[a],):
            raise ShapeError(
                f"prelu: one slope or one for each of the {x.shape[a]} channels on "
                f"axis {a} is needed, weight is {weight.shape}"
            )
        weight = reshape(weight, (-1, *[1] * (x.ndim - a - 1)))
    else:
        weight = reshape(weight, ())
    return where(x > 0, x, weight * x)


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x where it is positive, else alpha * (exp(x) - 1).

    Notes
    -----
    Source: Clevert et al. 2015, "Fast and accurate deep network learning by
    exponential linear units", equation 15.
    """
    # The exponential of a large number would overflow, though it is not chosen.
    return where(x > 0, x, alpha * expm1(clip(x, max=0)))


def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x where it is positive, else alpha * (exp(x / alpha) - 1): slope 1 at zero.

    Raises
    ------
    RangeError
        If `alpha` is not positive.

    Notes
    -----
    Source: Barron 2017, "Continuously differentiable exponential linear units".
    """
    if not alpha > 0:
        raise RangeError(f"celu: alpha must be positive, {alpha} came")
    return where(x > 0, x, alpha * expm1(clip(x, max=0) / alpha))


# For these, activations with mean 0 and variance 1 keep both.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def selu(x: Tensor) -> Tensor:
    """An `elu` whose results keep mean 0 and variance 1 through many layers.

    Notes
    -----
    Source: Klambauer et al. 2017, "Self-normalizing neural networks", equation 2.
    """
    return SELU_SCALE * elu(x, SELU_ALPHA)


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    """x times the probability that a standard normal number is less than x.

    Parameters
    ----------
    approximate : str
        With "tanh", x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, which differs by
        up to 4.7e-4.

    Raises
    ------
    RangeError
        If `approximate` is another word.

    Notes
    -----
    JAX's default is "tanh". The probability is erfc(-x / sqrt(2)) / 2, and sigmoid(2 z)
    is (1 + tanh(z)) / 2: neither loses the digits of what is small.

    Source: Hendrycks and Gimpel 2016, "Gaussian error linear units", section 2.
    """
    if approximate == "none":
        return x * (0.5 * erfc(x * -math.sqrt(0.5)))
    if approximate != "tanh":
        raise RangeError(
            f"gelu: approximate must be 'none' or 'tanh', {approximate!r} came"
        )
    # Beyond 40 the sigmoid is 0 or 1 in every dtype, and cubes could overflow.
    near = clip(x, -40, 40)
    inner = near * (1 + 0.044715 * square(near))
    return x * sigmoid(math.sqrt(8 / math.pi) * inner)


def silu(x: Tensor) -> Tensor:
    """x times sigmoid(x), also called swish.

    Notes
    -----
    Source: Elfwing et al. 2017, "Sigmoid-weighted linear units for neural network
    function approximation in reinforcement learning", equation 4.
    """
    return x * sigmoid(x)


def mish(x: Tensor) -> Tensor:
    """x times tanh(softplus(x)).

    Notes
    -----
    Source: Misra 2019, "Mish: a self regularized non-monotonic activation function".
    """
    return x * tanh(softplus(x))


def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    """log(1 + exp(beta * x)) / beta, a smooth `relu`.

    Raises
    ------
    RangeError
        If `beta` is not positive.

    Notes
    -----
    Exact everywhere, as in JAX and TensorFlow. PyTorch's is x itself where beta * x
    exceeds a threshold of 20, which differs by up to 2.1e-9 / beta.

    Source: Dugas et al. 2000, "Incorporating second-order functional knowledge for
    better option pricing", equation 4.
    """
    if not beta > 0:
        raise RangeError(f"softplus: beta must be positive, {beta} came")
    if beta == 1:
        return logaddexp(x, 0)
    is_positive = x > 0
    # Of -|x|, since beta * x could overflow; at 0 this has both of its derivatives.
    rest = logaddexp(beta * where(is_positive, -x, x), 0) / beta
    return where(is_positive, x + rest, rest)


def log_sigmoid(x: Tensor) -> Tensor:
    """The logarithm of sigmoid(x), which stays finite where that becomes 0."""
    return -logaddexp(-x, 0)


def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|)."""
    return x / (1 + abs(x))


def hard_tanh(x: Tensor, low: float = -1.0, high: float = 1.0) -> Tensor:
    """x from `low` to `high`, and the nearer of both outside; slope 0 at either.

    Raises
    ------
    RangeError
        If `low` is not below `high`.
    """
    if not low < high:
        raise RangeError(f"hard_tanh: low must be below high, {low} and {high} came")
    return where(x <= low, low, where(x >= high, high, x))


def relu6(x: Tensor) -> Tensor:
    """x from 0 to 6, and the nearer of both outside.

    Notes
    -----
    Source: Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10".
    """
    return hard_tanh(x, 0, 6)


def hard_sigmoid(x: Tensor) -> Tensor:
    """x/6 + 1/2 between -3 and 3, where it reaches 0 and 1.

    Notes
    -----
    The slope is 1/6 in PyTorch, Keras and JAX; it is 1/5 in MXNet.
    """
    return relu6(x + 3) / 6


def hard_swish(x: Tensor) -> Tensor:
    """x times hard_sigmoid(x).

    Notes
    -----
    Source: Howard et al. 2019, "Searching for MobileNetV3", section 5.2.
    """
    return x * hard_sigmoid(x)


def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x, or 0 where it is no further from zero than the threshold.

    Raises
    ------
    RangeError
        If the threshold is negative or not finite.
    """
    check_not_negative("hard_shrink", threshold=threshold)
    return where(abs(x) <= threshold, 0, x)


def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x moved towards zero by the threshold, but not beyond.

    Raises
    ------
    RangeError
        If the threshold is negative or not finite.
    """
    check_not_negative("soft_shrink", threshold=threshold)
    return x - clip(x, -threshold, threshold)


def glu(x: Tensor, *, axis: int = -1) -> Tensor:
    """The first half of an axis times the sigmoid of the second.

    Shapes
    ------
    x       (..., 2 D, ...), with 2 D at `axis`
    result  (..., D, ...)

    Raises
    ------
    ShapeError
        If the size of the axis is odd, or there is no such axis.

    Notes
    -----
    Source: Dauphin et al. 2016, "Language modeling with gated convolutional networks",
    equation 1.
    """
    if x.shape[axis_number(axis, x.ndim, who="glu")] % 2:
        raise ShapeError(f"glu: an even size is needed on axis {axis}, x is {x.shape}")
    straight, gate = split(x, 2, axis=axis)
    return straight * sigmoid(gate)
