"""Generative adversarial networks, in the reference framework."""

from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


@dataclass(frozen=True)
class _Adversaries:
    """A generator of points from noise, and a discriminator of points."""

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


def predict(model: _Adversaries, batch: Batch) -> ri.Tensor:
    """Generated points, (N, 2)."""
    return model.generator(batch["z1"])


def discriminator_loss(
    model: _Adversaries, batch: Batch
) -> tuple[ri.Tensor, _Adversaries]:
    """The cross entropy of real points as real and of generated ones as fake.

    Beside it the model of the next step.
    """
    real = model.discriminator(batch["x"])
    points = ri.stop_gradient(model.generator(batch["z1"]))
    fake = model.discriminator(points)
    is_real, is_fake = ri.ones_like(real), ri.zeros_like(fake)
    value = binary_cross_entropy(real, is_real) + binary_cross_entropy(fake, is_fake)
    return value, model


def generator_loss(model: _Adversaries, batch: Batch) -> tuple[ri.Tensor, _Adversaries]:
    """The cross entropy of generated points as real.

    Beside it the model of the next step.
    """
    points = model.generator(batch["z2"])
    fake = model.discriminator(points)
    return binary_cross_entropy(fake, ri.ones_like(fake)), model
