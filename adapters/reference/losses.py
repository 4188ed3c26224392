"""Losses in the reference framework, averaged over the samples."""

import reference_impl as ri
from reference_impl import nn


def mean_squared_error(prediction: ri.Tensor, target: ri.Tensor) -> ri.Tensor:
    """The mean of squared differences."""
    return nn.mean_squared_error(prediction, target)


def cross_entropy(logits: ri.Tensor, labels: ri.Tensor) -> ri.Tensor:
    """The mean negative log-probability of the labels; classes are the last axis."""
    return nn.cross_entropy(logits, labels, axis=-1)


def binary_cross_entropy(logits: ri.Tensor, target: ri.Tensor) -> ri.Tensor:
    """The negative log-probability of a sample's targets, (N, D), summed over D."""
    each = nn.binary_cross_entropy(logits, target, reduction="none")
    return ri.mean(ri.sum(each, axis=-1))


def divergence(mean: ri.Tensor, log_variance: ri.Tensor) -> ri.Tensor:
    """The Kullback-Leibler divergence from the standard normal distribution, in nats.

    It is that of normal distributions, (N, D), summed over D.
    """
    each = ri.square(mean) + ri.exp(log_variance) - log_variance - 1
    return ri.mean(ri.sum(each, axis=-1)) / 2
