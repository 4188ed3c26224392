"""Layers in PyTorch: its own, and modules for the few that it lacks.

Images are (N, C, H, W), and sequences for convolutions (N, C, T); for what reads them
step by step they are (N, T, D).
"""

from collections import OrderedDict
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(inputs: int, outputs: int, dtype: torch.dtype) -> nn.Linear:
    """x W' + b with a weight of (D_out, D_in)."""
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
    """Filters that slide over sequences or images, by how many sizes they have."""
    kind: Callable[..., nn.Module] = {1: nn.Conv1d, 2: nn.Conv2d}[len(size)]
    return kind(channels, filters, size, stride, padding, bias=bias, dtype=dtype)


def max_pool(size: int | None = None) -> nn.Module:
    """The largest element of every window; without a size, of a whole sequence."""
    if size is None:
        return nn.Sequential(nn.AdaptiveMaxPool1d(1), nn.Flatten())
    return nn.MaxPool2d(size)


def average_pool() -> nn.Module:
    """The mean of every channel of an image."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def flatten() -> nn.Flatten:
    """One axis of all that a sample has, in the order C, H, W."""
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
    """Standardised channels, with running statistics of the population."""
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
    """Standardised last axis."""
    return nn.LayerNorm(size, EPS, dtype=dtype)


def embedding(rows: int, size: int, dtype: torch.dtype) -> nn.Embedding:
    """Rows of a table."""
    return nn.Embedding(rows, size, dtype=dtype)


def positions(steps: int, size: int, dtype: torch.dtype) -> nn.Module:
    """x plus a row for each of its steps."""
    return _Positions(steps, size, dtype)


class _Positions(nn.Module):
    """A table that is added as it is; an `nn.Embedding` would have to be looked up."""

    def __init__(self, steps: int, size: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(steps, size, dtype=dtype))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight


def attention(heads: int) -> nn.Module:
    """What each step reads of those up to it; (N, T, 3D) to (N, T, D)."""
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
    """Gates i f g o; a pair of the results (N, T, H) and the last state."""
    layer = nn.LSTM(inputs, size, batch_first=True, dtype=dtype)
    # Two biases would learn twice as fast as one.
    nn.init.zeros_(layer.bias_hh_l0).requires_grad_(False)
    return layer


def gru(inputs: int, size: int, dtype: torch.dtype) -> nn.GRU:
    """Gates r z n; a pair of the results (N, T, H) and the last state."""
    return nn.GRU(inputs, size, batch_first=True, dtype=dtype)


def last() -> nn.Module:
    """What a recurrent layer has in mind after the last step."""
    return _Last()


class _Last(nn.Module):
    def forward(self, results: tuple[torch.Tensor, object]) -> torch.Tensor:
        ys, _ = results
        return ys[:, -1]


def sequential(**layers: nn.Module) -> nn.Sequential:
    """Named layers, one after the other."""
    return nn.Sequential(OrderedDict(layers))
