"""Layers in JAX.

Images are (N, C, H, W), and sequences for convolutions (N, C, T); for what reads them
step by step they are (N, T, D).

A layer is data and a function: `params`, all zero at first, and its result,
`apply(params, *inputs)`. `bind` puts the two together.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.typing import DTypeLike

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS

_Params = dict[str, Array]


class _Layer(NamedTuple):
    params: _Params
    apply: Callable[..., Any]
    # After training, where that differs; `apply` then returns next statistics, too.
    predict: Callable[..., Array] | None = None


def linear(inputs: int, outputs: int, dtype: DTypeLike) -> _Layer:
    """x W + b: (..., D_in) to (..., D_out).

    The weight is W, (D_in, D_out).
    """

    def apply(params, x):
        return x @ params["weight"] + params["bias"]

    return _Layer(_zeros(dtype, weight=(inputs, outputs), bias=(outputs,)), apply)


def convolution(
    channels: int,
    filters: int,
    size: tuple[int, ...],
    dtype: DTypeLike,
    *,
    stride: int = 1,
    padding: int = 0,
    bias: bool = True,
) -> _Layer:
    """Filters that slide over sequences or images, by how many sizes they have.

    The weight is (F, C, *size).
    """
    axes = "HW"[: len(size)]

    def apply(params, x):
        y = lax.conv_general_dilated(
            x,
            params["weight"],
            window_strides=[stride for _ in size],
            padding=[(padding, padding) for _ in size],
            dimension_numbers=(f"NC{axes}", f"OI{axes}", f"NC{axes}"),
        )
        return y + params["bias"].reshape(-1, *(1 for _ in size)) if bias else y

    shapes = {"weight": (filters, channels, *size)}
    return _Layer(
        _zeros(dtype, **shapes | ({"bias": (filters,)} if bias else {})), apply
    )


def max_pool(size: int | None = None) -> _Layer:
    """The largest element of every window; without a size, of a whole sequence."""
    if size is None:
        return _plain(lambda x: x.max(range(2, x.ndim)))
    window = (1, 1, size, size)
    return _plain(
        lambda x: lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
    )


def average_pool() -> _Layer:
    """The mean of every channel of an image, (N, C)."""
    return _plain(lambda x: x.mean(range(2, x.ndim)))


def flatten() -> _Layer:
    """All that a sample has in one axis, in the order C, H, W."""
    return _plain(lambda x: x.reshape(len(x), -1))


def relu() -> _Layer:
    """max(x, 0)."""
    return _plain(jax.nn.relu)


def leaky_relu(slope: float) -> _Layer:
    """x where it is positive, else slope x."""
    return _plain(partial(jax.nn.leaky_relu, negative_slope=slope))


def gelu() -> _Layer:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2."""
    return _plain(partial(jax.nn.gelu, approximate=True))


def batch_norm(channels: int, dtype: DTypeLike) -> _Layer:
    """Every channel with mean 0 and variance 1 over the batch, scaled and shifted.

    After training, running means and biased variances take the place of the batch's.
    """

    def normal(params, x, mean, variance):
        mean, variance, weight, bias = (
            a[:, None, None] for a in (mean, variance, params["weight"], params["bias"])
        )
        return (x - mean) * lax.rsqrt(variance + EPS) * weight + bias

    def apply(params, x):
        now = {"mean": x.mean((0, 2, 3)), "variance": x.var((0, 2, 3))}
        after = {
            kind: (1 - BATCH_NORM_MOMENTUM) * params[kind] + BATCH_NORM_MOMENTUM * a
            for kind, a in now.items()
        }
        return normal(params, x, **now), after

    def predict(params, x):
        return normal(params, x, params["mean"], params["variance"])

    kinds = ("weight", "bias", "mean", "variance")
    return _Layer(_zeros(dtype, **dict.fromkeys(kinds, (channels,))), apply, predict)


def layer_norm(size: int, dtype: DTypeLike) -> _Layer:
    """The last axis with mean 0 and variance 1, scaled and shifted."""

    def apply(params, x):
        y = jax.nn.standardize(x, axis=-1, epsilon=EPS, algorithm="stable")
        return y * params["weight"] + params["bias"]

    return _Layer(_zeros(dtype, weight=(size,), bias=(size,)), apply)


def embedding(rows: int, size: int, dtype: DTypeLike) -> _Layer:
    """The row of a table for every index: (...) to (..., D)."""
    return _Layer(
        _zeros(dtype, weight=(rows, size)), lambda params, x: params["weight"][x]
    )


def positions(steps: int, size: int, dtype: DTypeLike) -> _Layer:
    """x plus a row of a table at every step: (N, T, D) to (N, T, D)."""
    return _Layer(
        _zeros(dtype, weight=(steps, size)), lambda params, x: x + params["weight"]
    )


def attention(heads: int) -> _Layer:
    """Causal attention among queries, keys and values: (N, T, 3D) to (N, T, D)."""

    def apply(x):
        N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
        query, key, value = (
            a.reshape(N, T, heads, D // heads) for a in jnp.split(x, 3, axis=-1)
        )
        # `jax.nn.dot_product_attention` takes these products in float32.
        scores = jnp.einsum("nqhd,nkhd->nhqk", query, key) / (D // heads) ** 0.5
        is_past = jnp.tril(jnp.ones((T, T), bool))
        weights = jax.nn.softmax(jnp.where(is_past, scores, -jnp.inf))
        return jnp.einsum("nhqk,nkhd->nqhd", weights, value).reshape(N, T, D)

    return _plain(apply)


def lstm(inputs: int, size: int, dtype: DTypeLike) -> _Layer:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates i f g o.
    """
    shapes = {"input_weight": (inputs, 4 * size), "state_weight": (size, 4 * size)}
    return _Layer(_zeros(dtype, **shapes, bias=(4 * size,)), _lstm)


# Without `jit`, op by op, every call would give `scan` a new function to compile.
@jax.jit
def _lstm(params, x):
    def step(state, x):
        h, c = state
        gates = x @ params["input_weight"] + h @ params["state_weight"]
        i, f, g, o = jnp.split(gates + params["bias"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zero = jnp.zeros((len(x), len(params["state_weight"])), x.dtype)
    _, states = lax.scan(step, (zero, zero), x.swapaxes(0, 1))
    return states.swapaxes(0, 1)


def gru(inputs: int, size: int, dtype: DTypeLike) -> _Layer:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates r z n, the reset after the product.
    """
    shapes = {"input_weight": (inputs, 3 * size), "state_weight": (size, 3 * size)}
    biases = {"input_bias": (3 * size,), "state_bias": (3 * size,)}
    return _Layer(_zeros(dtype, **shapes, **biases), _gru)


@jax.jit
def _gru(params, x):
    def step(h, x):
        seen = x @ params["input_weight"] + params["input_bias"]
        kept = h @ params["state_weight"] + params["state_bias"]
        (xr, xz, xn), (hr, hz, hn) = (jnp.split(a, 3, axis=-1) for a in (seen, kept))
        z = jax.nn.sigmoid(xz + hz)
        n = jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)
        h = (1 - z) * n + z * h
        return h, h

    zero = jnp.zeros((len(x), len(params["state_weight"])), x.dtype)
    return lax.scan(step, zero, x.swapaxes(0, 1))[1].swapaxes(0, 1)


def last() -> _Layer:
    """The state after the last step: (N, T, D) to (N, D)."""
    return _plain(lambda x: x[:, -1])


def sequential(**layers: _Layer) -> dict[str, _Layer]:
    """Named layers, one after the other."""
    return layers


def _zeros(dtype: DTypeLike, **shapes: tuple[int, ...]) -> _Params:
    return {kind: jnp.zeros(shape, dtype) for kind, shape in shapes.items()}


def _plain(function: Callable[..., Array]) -> _Layer:
    """A layer without parameters."""
    return _Layer({}, lambda params, *inputs: function(*inputs))
