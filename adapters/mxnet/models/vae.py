"""A variational autoencoder, in MXNet."""

from typing import Any

from mxnet.gluon import HybridBlock

from ...contract import Batch
from ..layers import linear, relu
from ..losses import binary_cross_entropy, divergence


class _Autoencoder(HybridBlock):
    """Images to normal distributions of codes, and a code of each back to an image."""

    def __init__(self, dtype: str) -> None:
        super().__init__()
        self.encoder = linear(64, 32, dtype)
        self.relu1 = relu()
        self.mean = linear(32, 8, dtype)
        self.log_variance = linear(32, 8, dtype)
        self.decoder = linear(8, 32, dtype)
        self.relu2 = relu()
        self.output = linear(32, 64, dtype)

    def hybrid_forward(self, F: Any, x: Any, noise: Any) -> tuple[Any, Any, Any]:
        h = self.relu1(self.encoder(x))
        mean, log_variance = self.mean(h), self.log_variance(h)
        code = mean + F.exp(log_variance / 2) * noise
        return self.output(self.relu2(self.decoder(code))), mean, log_variance


def build(dtype: str) -> _Autoencoder:
    """64 -> 32 -> a code of 8 -> 32 -> 64."""
    return _Autoencoder(dtype)


def predict(F: Any, model: _Autoencoder, batch: Batch) -> Any:
    """The logits of the pixels, (N, 64)."""
    logits, _, _ = model(batch["x"], batch["noise"])
    return logits


def loss(F: Any, model: _Autoencoder, batch: Batch) -> Any:
    """The cross entropy of the pixels plus the divergence of the code, in nats."""
    logits, mean, log_variance = model(batch["x"], batch["noise"])
    return binary_cross_entropy(F, logits, batch["x"]) + divergence(
        F, mean, log_variance
    )
