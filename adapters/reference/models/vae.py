"""A variational autoencoder, in the reference framework."""

from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ..layers import linear, relu
from ..losses import binary_cross_entropy, divergence


@dataclass(frozen=True)
class _Autoencoder:
    """Images to normal distributions of codes, and a code of each back to an image."""

    encoder: nn.Layer
    relu1: nn.Layer
    mean: nn.Layer
    log_variance: nn.Layer
    decoder: nn.Layer
    relu2: nn.Layer
    output: nn.Layer

    def __call__(
        self, x: ri.Tensor, noise: ri.Tensor
    ) -> tuple[ri.Tensor, ri.Tensor, ri.Tensor]:
        h = self.relu1(self.encoder(x))
        mean, log_variance = self.mean(h), self.log_variance(h)
        code = mean + ri.exp(log_variance / 2) * noise
        return self.output(self.relu2(self.decoder(code))), mean, log_variance


def build(dtype: np.dtype) -> _Autoencoder:
    """64 -> 32 -> a code of 8 -> 32 -> 64."""
    return _Autoencoder(
        encoder=linear(64, 32, dtype),
        relu1=relu(),
        mean=linear(32, 8, dtype),
        log_variance=linear(32, 8, dtype),
        decoder=linear(8, 32, dtype),
        relu2=relu(),
        output=linear(32, 64, dtype),
    )


def predict(model: _Autoencoder, batch: Batch) -> ri.Tensor:
    """The logits of the pixels, (N, 64)."""
    logits, _, _ = model(batch["x"], batch["noise"])
    return logits


def loss(model: _Autoencoder, batch: Batch) -> tuple[ri.Tensor, _Autoencoder]:
    """The cross entropy of the pixels plus the divergence of the code, in nats.

    Beside it the model of the next step.
    """
    logits, mean, log_variance = model(batch["x"], batch["noise"])
    value = binary_cross_entropy(logits, batch["x"]) + divergence(mean, log_variance)
    return value, model
