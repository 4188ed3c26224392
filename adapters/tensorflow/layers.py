"""Layers in TensorFlow.

They are Keras', which keeps channels last: images are (N, H, W, C), sequences
(N, T, D). A layer learns its D_in from its input. Each states its name and its dtype:
Keras casts what a layer gets to the dtype of the layer.
"""

import math

import keras
import tensorflow as tf
from keras import layers

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(outputs: int, name: str, dtype: str) -> layers.Dense:
    """x W + b: (..., D_in) to (..., D_out).

    The weight is W, (D_in, D_out).
    """
    return layers.Dense(outputs, name=name, dtype=dtype)


def convolution(
    filters: int,
    size: tuple[int, ...],
    name: str,
    dtype: str,
    *,
    stride: int = 1,
    bias: bool = True,
) -> layers.Layer:
    """Filters that slide over sequences or images, by how many sizes they have.

    The weight is (*size, C, F); zeros around an image are a layer of their own.
    """
    kind = {1: layers.Conv1D, 2: layers.Conv2D}[len(size)]
    return kind(filters, size, strides=stride, use_bias=bias, name=name, dtype=dtype)


def max_pool(size: int | None, name: str, dtype: str) -> layers.Layer:
    """The largest element of every window; without a size, of a whole sequence."""
    if size is None:
        return layers.GlobalMaxPooling1D(name=name, dtype=dtype)
    return layers.MaxPooling2D(size, name=name, dtype=dtype)


def average_pool(name: str, dtype: str) -> layers.GlobalAveragePooling2D:
    """The mean of every channel of an image, (N, C)."""
    return layers.GlobalAveragePooling2D(name=name, dtype=dtype)


def flatten(dtype: str) -> keras.Sequential:
    """All that a sample has in one axis, in the order C, H, W.

    Channels, which are last here, are moved to the front first.
    """
    return keras.Sequential(
        [layers.Permute((3, 1, 2), dtype=dtype), layers.Flatten(dtype=dtype)]
    )


def relu(name: str, dtype: str) -> layers.ReLU:
    """max(x, 0)."""
    return layers.ReLU(name=name, dtype=dtype)


def leaky_relu(slope: float, name: str, dtype: str) -> layers.LeakyReLU:
    """x where it is positive, else slope x."""
    return layers.LeakyReLU(slope, name=name, dtype=dtype)


def gelu(name: str, dtype: str) -> layers.Activation:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2."""

    # The constants of tf.nn.gelu are float32, whatever x is.
    def by_tanh(x: tf.Tensor) -> tf.Tensor:
        return 0.5 * x * (1 + tf.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    return layers.Activation(by_tanh, name=name, dtype=dtype)


def batch_norm(name: str, dtype: str) -> layers.BatchNormalization:
    """Every channel with mean 0 and variance 1 over the batch, scaled and shifted.

    After training, running means and biased variances take the place of the batch's.
    What Keras calls momentum is the share of them that stays.
    """
    kept = 1 - BATCH_NORM_MOMENTUM
    return layers.BatchNormalization(momentum=kept, epsilon=EPS, name=name, dtype=dtype)


def layer_norm(name: str, dtype: str) -> layers.LayerNormalization:
    """The last axis with mean 0 and variance 1, scaled and shifted."""
    return layers.LayerNormalization(epsilon=EPS, name=name, dtype=dtype)


def embedding(rows: int, size: int, name: str, dtype: str) -> layers.Embedding:
    """The row of a table for every index: (...) to (..., D)."""
    return layers.Embedding(rows, size, name=name, dtype=dtype)


def positions(steps: int, size: int, name: str, dtype: str) -> layers.Embedding:
    """x plus a row of a table at every step: (N, T, D) to (N, T, D)."""
    return _Positions(steps, size, name=name, dtype=dtype)


class _Positions(layers.Embedding):
    """A table that is added as it is; an embedding would have to be looked up."""

    def call(self, x: tf.Tensor) -> tf.Tensor:
        return x + self.embeddings

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return shape


def attention(heads: int, name: str, dtype: str) -> layers.Layer:
    """Causal attention among queries, keys and values: (N, T, 3D) to (N, T, D)."""
    return _Attention(heads, name, dtype)


class _Attention(layers.Layer):
    """Queries, keys and values stand side by side, and in each the heads."""

    def __init__(self, heads: int, name: str, dtype: str) -> None:
        super().__init__(name=name, dtype=dtype)
        self.heads = heads

    def call(self, x: tf.Tensor) -> tf.Tensor:
        T, D = x.shape[1], x.shape[2] // 3
        apart = tf.reshape(x, (-1, T, 3, self.heads, D // self.heads))
        query, key, value = tf.unstack(tf.transpose(apart, (2, 0, 3, 1, 4)))
        scores = tf.matmul(query, key, transpose_b=True) / math.sqrt(D // self.heads)
        is_past = tf.linalg.band_part(tf.ones((T, T), tf.bool), -1, 0)
        weights = tf.nn.softmax(tf.where(is_past, scores, -math.inf))
        read = tf.transpose(tf.matmul(weights, value), (0, 2, 1, 3))
        return tf.reshape(read, (-1, T, D))

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*shape[:-1], shape[-1] // 3)


def lstm(size: int, name: str, dtype: str) -> layers.LSTM:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates i f g o.
    """
    return layers.LSTM(size, return_sequences=True, name=name, dtype=dtype)


def gru(size: int, name: str, dtype: str) -> layers.GRU:
    """The states after all steps: (N, T, D_in) to (N, T, D_out).

    Gates z r n, the reset after the product.
    """
    return layers.GRU(
        size, return_sequences=True, reset_after=True, name=name, dtype=dtype
    )


def last(name: str, dtype: str) -> layers.Lambda:
    """The state after the last step: (N, T, D) to (N, D)."""
    return layers.Lambda(lambda x: x[:, -1], name=name, dtype=dtype)


def sequential(shape: tuple[int, ...], *parts: layers.Layer) -> keras.Sequential:
    """Named layers, one after the other.

    Each has its name; `shape` is that of a sample.
    """
    return keras.Sequential([keras.Input(shape, dtype=parts[0].dtype), *parts])
