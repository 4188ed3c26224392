"""A pair of adversaries, in MXNet."""

from typing import Any

from mxnet.gluon import HybridBlock

from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


class _Adversaries(HybridBlock):
    """One makes points from noise, the other tells them from real ones."""

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


def predict(F: Any, model: _Adversaries, batch: dict[str, Any]) -> Any:
    """Points, (N, 2)."""
    return model.generator(batch["z1"])


def discriminator_loss(F: Any, model: _Adversaries, batch: dict[str, Any]) -> Any:
    """How surprising it is that points are real, and that made ones are not."""
    real = model.discriminator(batch["x"])
    made = model.discriminator(F.BlockGrad(model.generator(batch["z1"])))
    return binary_cross_entropy(F, real, 1.0) + binary_cross_entropy(F, made, 0.0)


def generator_loss(F: Any, model: _Adversaries, batch: dict[str, Any]) -> Any:
    """How surprising it would be that made points are real."""
    made = model.discriminator(model.generator(batch["z2"]))
    return binary_cross_entropy(F, made, 1.0)
