"""Layers in PyTorch.

Images are (N, C, H, W), and sequences for convolutions (N, C, T); for what reads them
step by step they are (N, T, D).

They are PyTorch's own, and modules for the few that it lacks.
"""

from collections import OrderedDict
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(inputs: int, outputs: int, dtype: torch.dtype) -> nn.Linear:
    """x W + b: (..., D_in) to (..., D_out).

    The weight is W transposed, (D_out, D_in).
    """
    return nn.Linear(inputs, outputs, dtype=dtype)


def convolution(
    channels: int,
    filters: int,
    size: tuple[int, ...],
    dtype: torch.dtype,
    *,
    stride: int = 1,
    padding: int = 0,
    bias: bool = True,
) -> nn.Module:
    """Filters that slide over sequences or images, by how many sizes they have.

    The weight is (F, C, *size).
    """
    kind: Callable[..., nn.Module] = {1: nn.Conv1d, 2: nn.Conv2d}[len(size)]
    return kind(channels, filters, size, stride, padding, bias=bias, dtype=dtype)


def max_pool(size: int | None = None) -> nn.Module:
    """The largest element of every window; without a size, of a whole sequence."""
    if size is None:
        return nn.Sequential(nn.AdaptiveMaxPool1d(1), nn.Flatten())
    return nn.MaxPool2d(size)


def average_pool() -> nn.Module:
    """The mean of every channel of an image, (N, C)."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def flatten() -> nn.Flatten:
    """All that a sample has in one axis, in the order C, H, W."""
    return nn.Flatten()


def relu() -> nn.ReLU:
    """max(x, 0)."""
    return nn.ReLU()


def leaky_relu(slope: float) -> nn.LeakyReLU:
    """x where it is positive, else slope x."""
    return nn.LeakyReLU(slope)


def gelu() -> nn.GELU:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2."""
    return nn.GELU(approximate="tanh")


def batch_norm(channels: int, dtype: torch.dtype) -> nn.BatchNorm2d:
    """Every channel with mean 0 and variance 1 over the batch, scaled and shifted.

    After training, running means and biased variances take the place of the batch's.
    """
    return _BatchNorm(channels, EPS, BATCH_NORM_MOMENTUM, dtype=dtype)


class _BatchNorm(nn.BatchNorm2d):
    """A batch normalisation whose running variance is biased.

    PyTorch's moves towards n / (n - 1) times the variance of the batch.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return super().forward(x)
        m, n = self.momentum, x.numel() // self.num_features
        # From zeros, what PyTorch's kernel leaves here is m n / (n - 1) times it.
        variance = torch.zeros_like(self.running_var)
        y = F.batch_norm(
            x, self.running_mean, variance, self.weight, self.bias, True, m, self.eps
        )
        self.running_var.mul_(1 - m).add_(variance, alpha=(n - 1) / n)
        return y


def layer_norm(size: int, dtype: torch.dtype) -> nn.LayerNorm:
    """The last axis with mean 0 and variance 1, scaled and shifted."""
    return nn.LayerNorm(size, EPS, dtype=dtype)


def embedding(rows: int, size: int, dtype: torch.dtype) -> nn.Embedding:
    """The row of a table for every index: (...) to (..., D)."""
    return nn.Embedding(rows, size, dtype=dtype)


def positions(steps: int, size: int, dtype: torch.dtype) -> nn.Module:
    """x plus a row of a table at every step: (N, T, D) to (N, T, D)."""
    return _Positions(steps, size, dtype)


class _Positions(nn.Module):
    """A table that is added as it is; an embedding would have to be looked up."""

    def __init__(self, steps: int, size: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(steps, size, dtype=dtype))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight


def attention(heads: int) -> nn.Module:
    """Causal attention among queries, keys and values: (N, T, 3D) to (N, T, D)."""
    return _Attention(heads)


class _Attention(nn.Module):
    """Queries, keys and values stand side by side, and in each the heads."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
        query, key, value = (
            part.view(N, T, self.heads, D // self.heads).transpose(1, 2)
            for part in x.split(D, dim=2)
        )
        read = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return read.transpose(1, 2).reshape(N, T, D)


def lstm(inputs: int, size: int, dtype: torch.dtype) -> nn.LSTM:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates i f g o. The last state stands beside them.
    """
    layer = nn.LSTM(inputs, size, batch_first=True, dtype=dtype)
    # Two biases would learn twice as fast as one.
    nn.init.zeros_(layer.bias_hh_l0).requires_grad_(False)
    return layer


def gru(inputs: int, size: int, dtype: torch.dtype) -> nn.GRU:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates r z n, the reset after the product. The last state stands beside them.
    """
    return nn.GRU(inputs, size, batch_first=True, dtype=dtype)


def last() -> nn.Module:
    """The state after the last step: (N, T, D) to (N, D)."""
    return _Last()


class _Last(nn.Module):
    def forward(self, results: tuple[torch.Tensor, object]) -> torch.Tensor:
        ys, _ = results
        return ys[:, -1]


def sequential(**layers: nn.Module) -> nn.Sequential:
    """Named layers, one after the other."""
    return nn.Sequential(OrderedDict(layers))
