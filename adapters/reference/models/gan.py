"""A pair of adversaries, in the reference framework."""

from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


@dataclass(frozen=True)
class _Adversaries:
    """One makes points from noise, the other tells them from real ones."""

    generator: nn.Sequential
    discriminator: nn.Sequential


def build(dtype: np.dtype) -> _Adversaries:
    """8 -> 32 -> 2, and 2 -> 32 -> 1."""
    return _Adversaries(
        generator=sequential(
            hidden=linear(8, 32, dtype), relu=relu(), output=linear(32, 2, dtype)
        ),
        discriminator=sequential(
            hidden=linear(2, 32, dtype),
            leaky_relu=leaky_relu(SLOPE),
            output=linear(32, 1, dtype),
        ),
    )


def predict(model: _Adversaries, batch: dict[str, ri.Tensor]) -> ri.Tensor:
    """Points, (N, 2)."""
    return model.generator(batch["z1"])


def discriminator_loss(
    model: _Adversaries, batch: dict[str, ri.Tensor]
) -> tuple[ri.Tensor, _Adversaries]:
    """How surprising it is that points are real, and that made ones are not.

    Also the model of the next step.
    """
    real = model.discriminator(batch["x"])
    made = model.discriminator(ri.stop_gradient(model.generator(batch["z1"])))
    surprise = binary_cross_entropy(real, ri.ones_like(real))
    return surprise + binary_cross_entropy(made, ri.zeros_like(made)), model


def generator_loss(
    model: _Adversaries, batch: dict[str, ri.Tensor]
) -> tuple[ri.Tensor, _Adversaries]:
    """How surprising it would be that made points are real.

    Also the model of the next step.
    """
    made = model.discriminator(model.generator(batch["z2"]))
    return binary_cross_entropy(made, ri.ones_like(made)), model
