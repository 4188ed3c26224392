"""Gradients in TensorFlow.

A tape records the forward pass and is asked afterwards.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from ..contract import Batch


def value_and_grad(
    loss: Callable[[keras.Model, Batch], tf.Tensor],
    model: keras.Model,
    params: list[keras.Variable],
    batch: Batch,
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """The loss of a batch, and its gradients by the parameters."""
    with tf.GradientTape() as tape:
        value = loss(model, batch)
    grads = tape.gradient(value, [p.value for p in params])
    # Of a table, TensorFlow gives the rows that were read; the others are zero.
    return value, [tf.convert_to_tensor(g) for g in grads]
