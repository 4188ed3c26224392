"""Layers in the reference framework.

Images are (N, C, H, W), and sequences for convolutions (N, C, T); for what reads them
step by step they are (N, T, D).

They are records of tensors, which begin as zeros.
"""

from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(inputs: int, outputs: int, dtype: np.dtype) -> nn.Linear:
    """x W + b: (..., D_in) to (..., D_out).

    The weight is W, (D_in, D_out).
    """
    return nn.Linear(
        ri.zeros((inputs, outputs), dtype=dtype), ri.zeros(outputs, dtype=dtype)
    )


def convolution(
    channels: int,
    filters: int,
    size: tuple[int, ...],
    dtype: np.dtype,
    *,
    stride: int = 1,
    padding: int = 0,
    bias: bool = True,
) -> nn.Conv:
    """Filters that slide over sequences or images, by how many sizes they have.

    The weight is (F, C, *size).
    """
    return nn.Conv(
        ri.zeros((filters, channels, *size), dtype=dtype),
        ri.zeros(filters, dtype=dtype) if bias else None,
        stride,
        padding,
    )


def max_pool(size: int | None = None) -> nn.Layer:
    """The largest element of every window; without a size, of a whole sequence."""
    if size is None:
        return sequential(pool=nn.AdaptiveMaxPool(1), flatten=nn.Flatten())
    return nn.MaxPool(size)


def average_pool() -> nn.GlobalAvgPool:
    """The mean of every channel of an image, (N, C)."""
    return nn.GlobalAvgPool()


def flatten() -> nn.Flatten:
    """All that a sample has in one axis, in the order C, H, W."""
    return nn.Flatten()


def relu() -> nn.Activation:
    """max(x, 0)."""
    return nn.Activation(ri.relu)


def leaky_relu(slope: float) -> nn.Layer:
    """x where it is positive, else slope x."""
    return _LeakyReLU(slope)


@dataclass(frozen=True)
class _LeakyReLU(nn.Layer):
    slope: float = nn.static()

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        return nn.leaky_relu(x, self.slope)


def gelu() -> nn.Activation:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2."""
    return nn.Activation(_gelu)


def _gelu(x: ri.Tensor) -> ri.Tensor:
    return nn.gelu(x, approximate="tanh")


def batch_norm(channels: int, dtype: np.dtype) -> nn.BatchNorm:
    """Every channel with mean 0 and variance 1 over the batch, scaled and shifted.

    After training, running means and biased variances take the place of the batch's.
    """
    return nn.BatchNorm.init(
        channels,
        eps=EPS,
        momentum=BATCH_NORM_MOMENTUM,
        is_unbiased=False,
        dtype=dtype,
    )


def layer_norm(size: int, dtype: np.dtype) -> nn.LayerNorm:
    """The last axis with mean 0 and variance 1, scaled and shifted."""
    return nn.LayerNorm.init(size, eps=EPS, dtype=dtype)


def embedding(rows: int, size: int, dtype: np.dtype) -> nn.Embedding:
    """The row of a table for every index: (...) to (..., D)."""
    return nn.Embedding(ri.zeros((rows, size), dtype=dtype))


def positions(steps: int, size: int, dtype: np.dtype) -> nn.Layer:
    """x plus a row of a table at every step: (N, T, D) to (N, T, D)."""
    return _Positions(ri.zeros((steps, size), dtype=dtype))


@dataclass(frozen=True)
class _Positions(nn.Layer):
    """A table that is added as it is; an embedding would have to be looked up."""

    weight: ri.Tensor

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        return x + self.weight


def attention(heads: int) -> nn.Layer:
    """Causal attention among queries, keys and values: (N, T, 3D) to (N, T, D)."""
    return _Attention(heads)


@dataclass(frozen=True)
class _Attention(nn.Layer):
    """Queries, keys and values stand side by side, and in each the heads."""

    heads: int = nn.static()

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
        parts = ri.reshape(x, (N, T, 3, self.heads, D // self.heads))
        query, key, value = ri.permute_dims(parts, (2, 0, 3, 1, 4))
        read = nn.scaled_dot_product_attention(query, key, value, is_causal=True)
        return ri.reshape(ri.permute_dims(read, (0, 2, 1, 3)), (N, T, D))


def lstm(inputs: int, size: int, dtype: np.dtype) -> nn.LSTM:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates i f g o. The last state stands beside them.
    """
    shapes = (inputs, 4 * size), (size, 4 * size), (4 * size,)
    return nn.LSTM(*(ri.zeros(shape, dtype=dtype) for shape in shapes))


def gru(inputs: int, size: int, dtype: np.dtype) -> nn.GRU:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates r z n, the reset after the product. The last state stands beside them.
    """
    shapes = (inputs, 3 * size), (size, 3 * size), (3 * size,), (3 * size,)
    return nn.GRU(*(ri.zeros(shape, dtype=dtype) for shape in shapes))


def last() -> nn.Activation:
    """The state after the last step: (N, T, D) to (N, D)."""
    return nn.Activation(_last)


def _last(results: tuple[ri.Tensor, object]) -> ri.Tensor:
    ys, _ = results
    return ys[:, -1]


def sequential(**layers: nn.Layer) -> nn.Sequential:
    """Named layers, one after the other."""
    return nn.Sequential(layers)
