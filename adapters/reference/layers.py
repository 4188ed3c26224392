"""Layers in the reference framework: records of tensors, which begin as zeros.

Images are (N, C, H, W), and sequences for convolutions (N, C, T); for what reads them
step by step they are (N, T, D).
"""

from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(inputs: int, outputs: int, dtype: np.dtype) -> nn.Linear:
    """x W + b with a weight of (D_in, D_out)."""
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
    """Filters that slide over sequences or images, by how many sizes they have."""
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
    """The mean of every channel of an image."""
    return nn.GlobalAvgPool()


def flatten() -> nn.Flatten:
    """One axis of all that a sample has, in the order C, H, W."""
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
    """Standardised channels, with running statistics of the population."""
    return nn.BatchNorm.init(
        channels,
        eps=EPS,
        momentum=BATCH_NORM_MOMENTUM,
        is_unbiased=False,
        dtype=dtype,
    )


def layer_norm(size: int, dtype: np.dtype) -> nn.LayerNorm:
    """Standardised last axis."""
    return nn.LayerNorm.init(size, eps=EPS, dtype=dtype)


def embedding(rows: int, size: int, dtype: np.dtype) -> nn.Embedding:
    """Rows of a table."""
    return nn.Embedding(ri.zeros((rows, size), dtype=dtype))


def positions(steps: int, size: int, dtype: np.dtype) -> nn.Layer:
    """x plus a row for each of its steps."""
    return _Positions(ri.zeros((steps, size), dtype=dtype))


@dataclass(frozen=True)
class _Positions(nn.Layer):
    """A table that is added as it is; an `nn.Embedding` would have to be looked up."""

    weight: ri.Tensor

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        return x + self.weight


def attention(heads: int) -> nn.Layer:
    """What each step reads of those up to it; (N, T, 3D) to (N, T, D)."""
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
    """Gates i f g o; a pair of the results (N, T, H) and the last state."""
    shapes = (inputs, 4 * size), (size, 4 * size), (4 * size,)
    return nn.LSTM(*(ri.zeros(shape, dtype=dtype) for shape in shapes))


def gru(inputs: int, size: int, dtype: np.dtype) -> nn.GRU:
    """Gates r z n; a pair of the results (N, T, H) and the last state."""
    shapes = (inputs, 3 * size), (size, 3 * size), (3 * size,), (3 * size,)
    return nn.GRU(*(ri.zeros(shape, dtype=dtype) for shape in shapes))


def last() -> nn.Activation:
    """What a recurrent layer has in mind after the last step."""
    return nn.Activation(_last)


def _last(results: tuple[ri.Tensor, object]) -> ri.Tensor:
    ys, _ = results
    return ys[:, -1]


def sequential(**layers: nn.Layer) -> nn.Sequential:
    """Named layers, one after the other."""
    return nn.Sequential(layers)
