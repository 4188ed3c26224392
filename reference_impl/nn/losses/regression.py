"""Losses of numbers: how far predictions are from targets.

Predictions and targets are floating-point numbers and have equal shapes; a `DtypeError`
or a `ShapeError` says if not.
"""

from __future__ import annotations

import math

from ...core.errors import RangeError
from ...core.number import check_not_negative, real_number
from ...core.ops import clip, exp, log, square, stop_gradient, where
from ...core.tensor import Tensor
from .operands import (
    check_broadcast,
    check_equal_shapes,
    check_known,
    equal_floats,
    floats,
)
from .reduction import reduced


def mean_squared_error(
    prediction: Tensor, target: Tensor, *, reduction: str = "mean"
) -> Tensor:
    """The average of squared differences.

    Shapes
    ------
    prediction, target  equal

    Raises
    ------
    ShapeError, RangeError
        If the shapes differ, or there is no such reduction.

    Notes
    -----
    Without a factor of one half, as in PyTorch and Keras; MXNet's has one.
    """
    who = "mean_squared_error"
    prediction, target = equal_floats(who, prediction=prediction, target=target)
    difference = prediction - target
    return reduced(who, difference * difference, reduction)


def mean_absolute_error(
    prediction: Tensor, target: Tensor, *, reduction: str = "mean"
) -> Tensor:
    """The average size of differences; the slope is 0 where there is none.

    Shapes
    ------
    prediction, target  equal

    Raises
    ------
    ShapeError, RangeError
        If the shapes differ, or there is no such reduction.
    """
    who = "mean_absolute_error"
    prediction, target = equal_floats(who, prediction=prediction, target=target)
    return reduced(who, abs(prediction - target), reduction)


def huber(
    prediction: Tensor, target: Tensor, *, delta: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """Half the squared difference up to `delta`, from there on a straight line.

    Shapes
    ------
    prediction, target  equal

    Raises
    ------
    ShapeError, RangeError
        If the shapes differ, `delta` is not positive, or there is no such reduction.

    Notes
    -----
    d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), as in PyTorch, Keras and
    JAX. MXNet's is `smooth_l1`.

    Source: Huber 1964, "Robust estimation of a location parameter", section 1.
    """
    prediction, target = equal_floats("huber", prediction=prediction, target=target)
    delta = _positive("huber: delta", delta)
    difference = prediction - target
    # Both cases in one formula, which squares nothing large.
    near = clip(difference, -delta, delta)
    return reduced("huber", near * (difference - near / 2), reduction)


def _positive(who: str, given: float) -> float:
    number = real_number(who, given)
    if not number > 0:
        raise RangeError(f"{who} must be positive, {given} came")
    return number


def smooth_l1(
    prediction: Tensor, target: Tensor, *, beta: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """The size of differences beyond `beta`, less `beta` / 2; smooth at zero.

    Shapes
    ------
    prediction, target  equal

    Raises
    ------
    ShapeError, RangeError
        If the shapes differ, `beta` is not positive, or there is no such reduction.

    Notes
    -----
    `huber` divided by `beta`. With 0 it would be `mean_absolute_error`.

    Source: Girshick 2015, "Fast R-CNN", equation 3.
    """
    prediction, target = equal_floats("smooth_l1", prediction=prediction, target=target)
    beta = _positive("smooth_l1: beta", beta)
    losses = huber(prediction, target, delta=beta, reduction="none") / beta
    return reduced("smooth_l1", losses, reduction)


def poisson_negative_log_likelihood(
    log_rate: Tensor, target: Tensor, *, reduction: str = "mean"
) -> Tensor:
    """How unlikely counts are, given the logarithms of their expected values.

    Shapes
    ------
    log_rate, target  equal

    Raises
    ------
    ShapeError, RangeError
        If the shapes differ, or there is no such reduction.

    Notes
    -----
    exp(log_rate) - target * log_rate. As in PyTorch, the term log(target!), which no
    prediction changes, is left out.
    """
    who = "poisson_negative_log_likelihood"
    log_rate, target = equal_floats(who, log_rate=log_rate, target=target)
    return reduced(who, exp(log_rate) - target * log_rate, reduction)


def gaussian_negative_log_likelihood(
    mean: Tensor,
    target: Tensor,
    variance: Tensor | float,
    *,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """How unlikely numbers are, given their expected values and variances.

    Shapes
    ------
    mean, target  equal
    variance      broadcasts to them

    Parameters
    ----------
    full : bool
        Whether to add log(2 pi) / 2, which no prediction changes.
    eps : float
        Smaller variances count as this one, with its slope: they are pulled back.

    Raises
    ------
    ShapeError, RangeError
        If the shapes do not fit, a variance is known and negative, or there is no such
        reduction.

    Notes
    -----
    (log(variance) + (mean - target)^2 / variance) / 2, as in PyTorch.
    """
    who = "gaussian_negative_log_likelihood"
    mean, target, variance = floats(who, mean=mean, target=target, variance=variance)
    check_equal_shapes(who, mean=mean, target=target)
    check_broadcast(who, mean.shape, variance=variance)
    check_known(who, variance, lambda x: ~(x < 0), "variance must not be negative")
    check_not_negative(who, eps=eps)
    lifted = eps + (variance - stop_gradient(variance))
    spread = where(variance < eps, lifted, variance)
    losses = 0.5 * (log(spread) + square(mean - target) / spread)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return reduced(who, losses, reduction)
