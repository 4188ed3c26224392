"""Generative adversarial networks, in MXNet."""

from typing import Any

from mxnet.gluon import HybridBlock

from ...contract import Batch
from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


class _Adversaries(HybridBlock):
    """A generator of points from noise, and a discriminator of points."""

    def __init__(self, dtype: str) -> None:
        super().__init__()
        self.generator = sequential(
            hidden=linear(8, 32, dtype), relu=relu(), output=linear(32, 2, dtype)
        )
        self.discriminator = sequential(
            hidden=linear(2, 32, dtype),
            leaky_relu=leaky_relu(SLOPE),
            output=linear(32, 1, dtype),
        )


def build(dtype: str) -> _Adversaries:
    """8 -> 32 -> 2, and 2 -> 32 -> 1."""
    return _Adversaries(dtype)


def predict(F: Any, model: _Adversaries, batch: Batch) -> Any:
    """Generated points, (N, 2)."""
    return model.generator(batch["z1"])


def discriminator_loss(F: Any, model: _Adversaries, batch: Batch) -> Any:
    """The cross entropy of real points as real and of generated ones as fake."""
    real = model.discriminator(batch["x"])
    points = F.BlockGrad(model.generator(batch["z1"]))
    fake = model.discriminator(points)
    return binary_cross_entropy(F, real, 1.0) + binary_cross_entropy(F, fake, 0.0)


def generator_loss(F: Any, model: _Adversaries, batch: Batch) -> Any:
    """The cross entropy of generated points as real."""
    points = model.generator(batch["z2"])
    fake = model.discriminator(points)
    return binary_cross_entropy(F, fake, 1.0)
