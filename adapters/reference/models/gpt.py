"""A transformer that predicts characters, in the reference framework."""

from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import nn

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


@dataclass(frozen=True)
class _Block(nn.Layer):
    """Attention and a perceptron, each behind a norm and with a residual connection."""

    norm1: nn.Layer
    qkv: nn.Layer
    attention: nn.Layer
    projection: nn.Layer
    norm2: nn.Layer
    up: nn.Layer
    gelu: nn.Layer
    down: nn.Layer

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        x = x + self.projection(self.attention(self.qkv(self.norm1(x))))
        return x + self.down(self.gelu(self.up(self.norm2(x))))


def _block(D: int, heads: int, dtype: np.dtype) -> _Block:
    return _Block(
        norm1=layer_norm(D, dtype),
        qkv=linear(D, 3 * D, dtype),
        attention=attention(heads),
        projection=linear(D, D, dtype),
        norm2=layer_norm(D, dtype),
        up=linear(D, 4 * D, dtype),
        gelu=gelu(),
        down=linear(4 * D, D, dtype),
    )


def build(dtype: np.dtype) -> nn.Sequential:
    """12 characters, 32 steps, two blocks of two heads and 32 features -> 12."""
    return sequential(
        tokens=embedding(12, 32, dtype),
        positions=positions(32, 32, dtype),
        block1=_block(32, 2, dtype),
        block2=_block(32, 2, dtype),
        norm=layer_norm(32, dtype),
        output=linear(32, 12, dtype),
    )


def predict(model: nn.Sequential, batch: Batch) -> ri.Tensor:
    """The logits of the next character after each, (N, T, V)."""
    return model(batch["x"])


def loss(model: nn.Sequential, batch: Batch) -> tuple[ri.Tensor, nn.Sequential]:
    """The cross entropy of the next characters.

    Beside it the model of the next step.
    """
    logits, model = model.training(batch["x"])
    return cross_entropy(logits, batch["y"]), model
