"""Losses in the reference framework, averaged over the samples."""

import reference_impl as ri
from reference_impl import nn


def mean_squared_error(prediction: ri.Tensor, target: ri.Tensor) -> ri.Tensor:
    """The average of squared differences."""
    return nn.mean_squared_error(prediction, target)


def cross_entropy(logits: ri.Tensor, labels: ri.Tensor) -> ri.Tensor:
    """The average negative log-probability of the right class; classes come last."""
    return nn.cross_entropy(logits, labels, axis=-1)


def binary_cross_entropy(logits: ri.Tensor, target: ri.Tensor) -> ri.Tensor:
    """The same of yes-or-no questions, summed over those of a sample."""
    each = nn.binary_cross_entropy(logits, target, reduction="none")
    return ri.mean(ri.sum(each, axis=-1))


def divergence(mean: ri.Tensor, log_variance: ri.Tensor) -> ri.Tensor:
    """From normal distributions to the standard one, summed over a sample's."""
    each = mean * mean + ri.exp(log_variance) - log_variance - 1
    return ri.mean(ri.sum(each, axis=-1)) / 2
