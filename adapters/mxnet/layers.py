"""Layers in MXNet.

Images are (N, C, H, W), and sequences for convolutions (N, C, T); for what reads them
step by step they are (N, T, D).

They are Gluon's own, and blocks for the few that it lacks. `F` is `mxnet.nd` where a
block is run and `mxnet.sym` where it is written down as a graph; a symbol has no shape
yet, so shapes are told in codes: 0 keeps an axis, -1 takes what is left, -3 joins two
axes, -4 splits one.
"""

from typing import Any

import numpy as np
from mxnet.gluon import HybridBlock, nn, rnn

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(inputs: int, outputs: int, dtype: str) -> nn.Dense:
    """x W + b: (..., D_in) to (..., D_out).

    The weight is W transposed, (D_out, D_in).
    """
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
    """Filters that slide over sequences or images, by how many sizes they have.

    The weight is (F, C, *size).
    """
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
    """The mean of every channel of an image, (N, C)."""
    return _in_turn(nn.GlobalAvgPool2D(), nn.Flatten())


def flatten() -> nn.Flatten:
    """All that a sample has in one axis, in the order C, H, W."""
    return nn.Flatten()


def relu() -> nn.Activation:
    """max(x, 0)."""
    return nn.Activation("relu")


def leaky_relu(slope: float) -> HybridBlock:
    """x where it is positive, else slope x.

    The slope is at most 1.
    """
    return _LeakyReLU(slope)


class _LeakyReLU(HybridBlock):
    """The larger of both: `nn.LeakyReLU` computes in float32, even of float64."""

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
    """Every channel with mean 0 and variance 1 over the batch, scaled and shifted.

    After training, running means and biased variances take the place of the batch's.
    What Gluon calls momentum is the share of them that stays.
    """
    kept = 1 - BATCH_NORM_MOMENTUM
    return _cast(nn.BatchNorm(momentum=kept, epsilon=EPS, in_channels=channels), dtype)


def layer_norm(size: int, dtype: str) -> nn.LayerNorm:
    """The last axis with mean 0 and variance 1, scaled and shifted."""
    return _cast(nn.LayerNorm(epsilon=EPS, in_channels=size), dtype)


def embedding(rows: int, size: int, dtype: str) -> nn.Embedding:
    """The row of a table for every index: (...) to (..., D)."""
    return nn.Embedding(rows, size, dtype=dtype)


def positions(steps: int, size: int, dtype: str) -> HybridBlock:
    """x plus a row of a table at every step: (N, T, D) to (N, T, D)."""
    return _Positions(steps, size, dtype)


class _Positions(HybridBlock):
    """A table that is added as it is; an embedding would have to be looked up."""

    def __init__(self, steps: int, size: int, dtype: str) -> None:
        super().__init__()
        self.weight = self.params.get("weight", shape=(steps, size), dtype=dtype)

    def hybrid_forward(self, F: Any, x: Any, weight: Any) -> Any:
        return F.broadcast_add(x, F.expand_dims(weight, 0))


def attention(heads: int, steps: int, size: int, dtype: str) -> HybridBlock:
    """Causal attention among queries, keys and values: (N, T, 3D) to (N, T, D).

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
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates i f g o.
    """
    layer = rnn.LSTM(size, layout="NTC", input_size=inputs, dtype=dtype)
    # Two biases would learn twice as fast as one.
    layer.l0_h2h_bias.grad_req = "null"
    return layer


def gru(inputs: int, size: int, dtype: str) -> rnn.GRU:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates r z n, the reset after the product.
    """
    return rnn.GRU(size, layout="NTC", input_size=inputs, dtype=dtype)


def last() -> HybridBlock:
    """The state after the last step: (N, T, D) to (N, D)."""
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
