"""Losses in PyTorch, averaged over the samples."""

import torch
import torch.nn.functional as F


def mean_squared_error(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The mean of squared differences."""
    return F.mse_loss(prediction, target)


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The mean negative log-probability of the labels; classes are the last axis."""
    return F.cross_entropy(logits.flatten(0, -2), labels.flatten())


def binary_cross_entropy(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The negative log-probability of a sample's targets, (N, D), summed over D."""
    each = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return each.sum(-1).mean()


def divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """The Kullback-Leibler divergence from the standard normal distribution, in nats.

    It is that of normal distributions, (N, D), summed over D.
    """
    each = mean.square() + log_variance.exp() - log_variance - 1
    return each.sum(-1).mean() / 2
