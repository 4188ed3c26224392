"""A transformer that predicts characters, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import (
    attention,
    embedding,
    gelu,
    layer_norm,
    linear,
    positions,
    sequential,
)
from ..losses import cross_entropy


class _Block(nn.Module):
    """Attention and a perceptron, each behind a norm and with a residual connection."""

    def __init__(self, D: int, heads: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.norm1 = layer_norm(D, dtype)
        self.qkv = linear(D, 3 * D, dtype)
        self.attention = attention(heads)
        self.projection = linear(D, D, dtype)
        self.norm2 = layer_norm(D, dtype)
        self.up = linear(D, 4 * D, dtype)
        self.gelu = gelu()
        self.down = linear(4 * D, D, dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.projection(self.attention(self.qkv(self.norm1(x))))
        return x + self.down(self.gelu(self.up(self.norm2(x))))


def build(dtype: torch.dtype) -> nn.Sequential:
    """12 characters, 32 steps, two blocks of two heads and 32 features -> 12."""
    return sequential(
        tokens=embedding(12, 32, dtype),
        positions=positions(32, 32, dtype),
        block1=_Block(32, 2, dtype),
        block2=_Block(32, 2, dtype),
        norm=layer_norm(32, dtype),
        output=linear(32, 12, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The logits of the next character after each, (N, T, V)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> torch.Tensor:
    """The cross entropy of the next characters."""
    return cross_entropy(model(batch["x"]), batch["y"])
