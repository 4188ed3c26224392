"""Layers in Keras, which keeps channels last; a layer learns its D_in from its input.

Each states its dtype: Keras casts what a layer gets to the dtype of the layer.
"""

import math

import keras
import tensorflow as tf
from keras import layers

from ..zoo.model import BATCH_NORM_MOMENTUM, EPS


def linear(outputs: int, name: str, dtype: str) -> layers.Dense:
    """x W + b with a kernel of (D_in, D_out)."""
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
    """Filters that slide over sequences or images, by how many sizes they have."""
    kind = {1: layers.Conv1D, 2: layers.Conv2D}[len(size)]
    return kind(filters, size, strides=stride, use_bias=bias, name=name, dtype=dtype)


def max_pool(size: int | None, name: str, dtype: str) -> layers.Layer:
    """The largest of every square of an image; without a size, of a whole sequence."""
    if size is None:
        return layers.GlobalMaxPooling1D(name=name, dtype=dtype)
    return layers.MaxPooling2D(size, name=name, dtype=dtype)


def average_pool(name: str, dtype: str) -> layers.GlobalAveragePooling2D:
    """The average of each channel: (N, H, W, C) to (N, C)."""
    return layers.GlobalAveragePooling2D(name=name, dtype=dtype)


def flatten(dtype: str) -> keras.Sequential:
    """An image as one row, in the order C, H, W that linear layers expect."""
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
    """x times about the probability that a normal number is less."""

    # The constants of tf.nn.gelu are float32, whatever x is.
    def by_tanh(x: tf.Tensor) -> tf.Tensor:
        return 0.5 * x * (1 + tf.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    return layers.Activation(by_tanh, name=name, dtype=dtype)


def batch_norm(name: str, dtype: str) -> layers.BatchNormalization:
    """Means of 0 and variances of 1 over the batch, scaled and shifted."""
    # What Keras calls momentum is the share that stays.
    kept = 1 - BATCH_NORM_MOMENTUM
    return layers.BatchNormalization(momentum=kept, epsilon=EPS, name=name, dtype=dtype)


def layer_norm(name: str, dtype: str) -> layers.LayerNormalization:
    """A mean of 0 and a variance of 1 over the features, scaled and shifted."""
    return layers.LayerNormalization(epsilon=EPS, name=name, dtype=dtype)


def embedding(rows: int, size: int, name: str, dtype: str) -> layers.Embedding:
    """The row of a table for each number."""
    return layers.Embedding(rows, size, name=name, dtype=dtype)


class _Positions(layers.Embedding):
    """A table of which row t is added at step t."""

    def call(self, x: tf.Tensor) -> tf.Tensor:
        return x + self.embeddings

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return shape


def positions(T: int, size: int, name: str, dtype: str) -> layers.Embedding:
    """Add to every step a row of its own."""
    return _Positions(T, size, name=name, dtype=dtype)


class _Attention(layers.Layer):
    """Queries, keys and values side by side, (N, T, 3 D), to (N, T, D)."""

    def __init__(self, heads: int, name: str, dtype: str) -> None:
        super().__init__(name=name, dtype=dtype)
        self.heads = heads

    def call(self, qkv: tf.Tensor) -> tf.Tensor:
        T, D = qkv.shape[1], qkv.shape[2] // 3
        apart = tf.reshape(qkv, (-1, T, 3, self.heads, D // self.heads))
        q, k, v = tf.unstack(tf.transpose(apart, (2, 0, 3, 1, 4)))
        scores = tf.matmul(q, k, transpose_b=True) / math.sqrt(D // self.heads)
        is_past = tf.linalg.band_part(tf.ones((T, T), tf.bool), -1, 0)
        shares = tf.nn.softmax(tf.where(is_past, scores, -math.inf))
        read = tf.transpose(tf.matmul(shares, v), (0, 2, 1, 3))
        return tf.reshape(read, (-1, T, D))

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*shape[:-1], shape[-1] // 3)


def attention(heads: int, name: str, dtype: str) -> layers.Layer:
    """Every step reads from the steps up to itself."""
    return _Attention(heads, name, dtype)


def lstm(size: int, name: str, dtype: str) -> layers.LSTM:
    """The state after every step; gates i f g o."""
    return layers.LSTM(size, return_sequences=True, name=name, dtype=dtype)


def gru(size: int, name: str, dtype: str) -> layers.GRU:
    """The state after every step; gates z r n, the reset after the product."""
    return layers.GRU(
        size, return_sequences=True, reset_after=True, name=name, dtype=dtype
    )


def last(name: str, dtype: str) -> layers.Lambda:
    """What there is after the last step."""
    return layers.Lambda(lambda x: x[:, -1], name=name, dtype=dtype)


def sequential(shape: tuple[int, ...], *parts: layers.Layer) -> keras.Sequential:
    """Layers, one after the other, for samples of a shape."""
    return keras.Sequential([keras.Input(shape, dtype=parts[0].dtype), *parts])
