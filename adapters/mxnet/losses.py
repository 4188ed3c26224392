"""Losses in MXNet, averaged over the samples.

`F` is `mxnet.nd` or `mxnet.sym`.
"""

from typing import Any


def mean_squared_error(F: Any, prediction: Any, target: Any) -> Any:
    """The mean of squared differences.

    Gluon's own L2Loss takes half of it.
    """
    return F.mean(F.square(prediction - target))


def cross_entropy(F: Any, logits: Any, labels: Any) -> Any:
    """The mean negative log-probability of the labels; classes are the last axis."""
    return -F.mean(F.pick(F.log_softmax(logits, axis=-1), labels, axis=-1))


def binary_cross_entropy(F: Any, logits: Any, target: Any) -> Any:
    """The negative log-probability of a sample's targets, (N, D), summed over D."""
    # The slope of both is right at 0, where that of the absolute value is 0.
    size = F.abs(logits)
    softplus = (logits + size) / 2 + F.log1p(F.exp(-size))
    return F.mean(F.sum(softplus - target * logits, axis=-1))


def divergence(F: Any, mean: Any, log_variance: Any) -> Any:
    """The Kullback-Leibler divergence from the standard normal distribution, in nats.

    It is that of normal distributions, (N, D), summed over D.
    """
    each = F.square(mean) + F.exp(log_variance) - log_variance - 1
    return F.mean(F.sum(each, axis=-1)) / 2
