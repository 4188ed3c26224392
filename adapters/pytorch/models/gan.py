"""A pair of adversaries, in PyTorch."""

import torch
from torch import nn

from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


class _Adversaries(nn.Module):
    """One makes points from noise, the other tells them from real ones."""

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


def predict(model: _Adversaries, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Points, (N, 2)."""
    return model.generator(batch["z1"])


def discriminator_loss(
    model: _Adversaries, batch: dict[str, torch.Tensor]
) -> torch.Tensor:
    """How surprising it is that points are real, and that made ones are not."""
    real = model.discriminator(batch["x"])
    made = model.discriminator(model.generator(batch["z1"]).detach())
    return binary_cross_entropy(real, torch.ones_like(real)) + binary_cross_entropy(
        made, torch.zeros_like(made)
    )


def generator_loss(model: _Adversaries, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """How surprising it would be that made points are real."""
    made = model.discriminator(model.generator(batch["z2"]))
    return binary_cross_entropy(made, torch.ones_like(made))
