"""Generative adversarial networks, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


class _Adversaries(nn.Module):
    """A generator of points from noise, and a discriminator of points."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.generator = sequential(
            hidden=linear(8, 32, dtype), relu=relu(), output=linear(32, 2, dtype)
        )
        self.discriminator = sequential(
            hidden=linear(2, 32, dtype),
            leaky_relu=leaky_relu(SLOPE),
            output=linear(32, 1, dtype),
        )


def build(dtype: torch.dtype) -> _Adversaries:
    """8 -> 32 -> 2, and 2 -> 32 -> 1."""
    return _Adversaries(dtype)


def predict(model: _Adversaries, batch: Batch) -> torch.Tensor:
    """Generated points, (N, 2)."""
    return model.generator(batch["z1"])


def discriminator_loss(model: _Adversaries, batch: Batch) -> torch.Tensor:
    """The cross entropy of real points as real and of generated ones as fake."""
    real = model.discriminator(batch["x"])
    points = model.generator(batch["z1"]).detach()
    fake = model.discriminator(points)
    is_real, is_fake = torch.ones_like(real), torch.zeros_like(fake)
    return binary_cross_entropy(real, is_real) + binary_cross_entropy(fake, is_fake)


def generator_loss(model: _Adversaries, batch: Batch) -> torch.Tensor:
    """The cross entropy of generated points as real."""
    points = model.generator(batch["z2"])
    fake = model.discriminator(points)
    return binary_cross_entropy(fake, torch.ones_like(fake))
