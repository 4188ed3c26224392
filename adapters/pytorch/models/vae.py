"""A variational autoencoder, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import linear, relu
from ..losses import binary_cross_entropy, divergence


class _Autoencoder(nn.Module):
    """Images to normal distributions of codes, and a code of each back to an image."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.encoder = linear(64, 32, dtype)
        self.relu1 = relu()
        self.mean = linear(32, 8, dtype)
        self.log_variance = linear(32, 8, dtype)
        self.decoder = linear(8, 32, dtype)
        self.relu2 = relu()
        self.output = linear(32, 64, dtype)

    def forward(
        self, x: torch.Tensor, noise: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        h = self.relu1(self.encoder(x))
        mean, log_variance = self.mean(h), self.log_variance(h)
        code = mean + (log_variance / 2).exp() * noise
        return self.output(self.relu2(self.decoder(code))), mean, log_variance


def build(dtype: torch.dtype) -> _Autoencoder:
    """64 -> 32 -> a code of 8 -> 32 -> 64."""
    return _Autoencoder(dtype)


def predict(model: _Autoencoder, batch: Batch) -> torch.Tensor:
    """The logits of the pixels, (N, 64)."""
    logits, _, _ = model(batch["x"], batch["noise"])
    return logits


def loss(model: _Autoencoder, batch: Batch) -> torch.Tensor:
    """The cross entropy of the pixels plus the divergence of the code, in nats."""
    logits, mean, log_variance = model(batch["x"], batch["noise"])
    return binary_cross_entropy(logits, batch["x"]) + divergence(mean, log_variance)
