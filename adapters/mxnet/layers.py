"""Layers in MXNet: Gluon's own, and blocks for the few that it lacks.

`F` is `mxnet.nd` where a block is run and `mxnet.sym` where it is written down as a
graph; a symbol has no shape yet, so shapes are told in codes: 0 keeps an axis, -1 takes
what is left, -3 joins two axes, -4 splits one. Images are (N, C, H, W), and sequences
for convolutions (N, C, T); for what reads them step by step they are (N, T, D).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mxnet.gluon import HybridBlock, nn, rnn

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(inputs: int, outputs: int, dtype: str) -> nn.Dense:
    """x W' + b with a weight of (D_out, D_in)."""
    return nn.Dense(outputs, in_units=inputs, flatten=False, dtype=dtype)


def convolution(
    channels: int,
    filters: int,
    size: tuple[int, ...],
    dtype: str,
    *,
    stride: int = 1,
    padding: int = 0,
    bias: bool = True,
) -> nn.Conv1D | nn.Conv2D:
    """Filters that slide over sequences or images, by how many sizes they have."""
    kind = {1: nn.Conv1D, 2: nn.Conv2D}[len(size)]
    return _cast(
        kind(filters, size, stride, padding, use_bias=bias, in_channels=channels), dtype
    )


def max_pool(size: int | None = None) -> HybridBlock:
    """The largest element of every window; without a size, of a whole sequence."""
    if size is None:
        return _in_turn(nn.GlobalMaxPool1D(), nn.Flatten())
    return nn.MaxPool2D(size)


def average_pool() -> HybridBlock:
    """The mean of every channel of an image."""
    return _in_turn(nn.GlobalAvgPool2D(), nn.Flatten())


def flatten() -> nn.Flatten:
    """One axis of all that a sample has, in the order C, H, W."""
    return nn.Flatten()


def relu() -> nn.Activation:
    """max(x, 0)."""
    return nn.Activation("relu")


def leaky_relu(slope: float) -> HybridBlock:
    """x where it is positive, else slope x."""
    return _LeakyReLU(slope)


class _LeakyReLU(HybridBlock):
    """By its definition: `nn.LeakyReLU` computes in float32, even of float64."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self._slope = slope

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return F.maximum(x, self._slope * x)


def gelu() -> HybridBlock:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2."""
    return _GELU()


class _GELU(HybridBlock):
    """By its formula: `nn.GELU` has the error function, with a gradient in float32."""

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        return x * (1 + F.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x * x * x))) / 2


def batch_norm(channels: int, dtype: str) -> nn.BatchNorm:
    """Standardised channels; Gluon's momentum is what running statistics keep."""
    keep = 1 - BATCH_NORM_MOMENTUM
    return _cast(nn.BatchNorm(momentum=keep, epsilon=EPS, in_channels=channels), dtype)


def layer_norm(size: int, dtype: str) -> nn.LayerNorm:
    """Standardised last axis."""
    return _cast(nn.LayerNorm(epsilon=EPS, in_channels=size), dtype)


def embedding(rows: int, size: int, dtype: str) -> nn.Embedding:
    """Rows of a table."""
    return nn.Embedding(rows, size, dtype=dtype)


def positions(steps: int, size: int, dtype: str) -> HybridBlock:
    """x plus a row for each of its steps."""
    return _Positions(steps, size, dtype)


class _Positions(HybridBlock):
    """A table that is added as it is; an `nn.Embedding` would have to be looked up."""

    def __init__(self, steps: int, size: int, dtype: str) -> None:
        super().__init__()
        self.weight = self.params.get("weight", shape=(steps, size), dtype=dtype)

    def hybrid_forward(self, F: Any, x: Any, weight: Any) -> Any:
        return F.broadcast_add(x, F.expand_dims(weight, 0))


def attention(heads: int, steps: int, size: int, dtype: str) -> HybridBlock:
    """What each step reads of those up to it; (N, T, 3D) to (N, T, D).

    Symbols do not tell T and D: both must be known beforehand.
    """
    return _Attention(heads, steps, size, dtype)


class _Attention(HybridBlock):
    """Queries, keys and values stand side by side, and in each the heads."""

    def __init__(self, heads: int, steps: int, size: int, dtype: str) -> None:
        super().__init__()
        self._heads, self._scale = heads, (size / heads) ** -0.5
        later = np.triu(np.full((1, steps, steps), -np.inf), 1)
        self.mask = self.params.get_constant("mask", later.astype(dtype))
        self.mask.dtype = dtype  # a constant says float32, whatever its array is

    def hybrid_forward(self, F: Any, x: Any, mask: Any) -> Any:
        query, key, value = (self._by_head(F, a) for a in F.split(x, 3, axis=2))
        scores = F.batch_dot(query, key, transpose_b=True) * self._scale
        weights = F.softmax(F.broadcast_add(scores, mask), axis=-1)
        read = F.reshape(F.batch_dot(weights, value), (-4, -1, self._heads, 0, 0))
        return F.reshape(F.transpose(read, (0, 2, 1, 3)), (0, 0, -3))

    def _by_head(self, F: Any, x: Any) -> Any:
        """(N, T, D) to (N heads, T, D / heads)."""
        x = F.reshape(x, (0, 0, self._heads, -1))
        return F.reshape(F.transpose(x, (0, 2, 1, 3)), (-3, 0, 0))


def lstm(inputs: int, size: int, dtype: str) -> rnn.LSTM:
    """Gates i f g o; the results, (N, T, H)."""
    layer = rnn.LSTM(size, layout="NTC", input_size=inputs, dtype=dtype)
    # Two biases would learn twice as fast as one.
    layer.l0_h2h_bias.grad_req = "null"
    return layer


def gru(inputs: int, size: int, dtype: str) -> rnn.GRU:
    """Gates r z n; the results, (N, T, H)."""
    return rnn.GRU(size, layout="NTC", input_size=inputs, dtype=dtype)


def last() -> HybridBlock:
    """What a recurrent layer has in mind after the last step."""
    return _Last()


class _Last(HybridBlock):
    def hybrid_forward(self, F: Any, ys: Any) -> Any:
        return F.squeeze(F.slice_axis(ys, axis=1, begin=-1, end=None), axis=1)


def sequential(**layers: HybridBlock) -> nn.HybridSequential:
    """Named layers, one after the other."""
    model = nn.HybridSequential()
    for name, layer in layers.items():
        model.register_child(layer, name)
    return model


def _in_turn(*layers: HybridBlock) -> nn.HybridSequential:
    model = nn.HybridSequential()
    model.add(*layers)
    return model


def _cast(layer: HybridBlock, dtype: str) -> Any:
    """The layer, in the dtype that its constructor does not take."""
    layer.cast(dtype)
    return layer
