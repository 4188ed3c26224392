"""Gradients in TensorFlow: a tape records the forward pass and is asked afterwards."""

from collections.abc import Callable

import keras
import tensorflow as tf

from ..contract import Batch


def value_and_grad(
    loss: Callable[[keras.Model, Batch], tf.Tensor],
    model: keras.Model,
    batch: Batch,
    params: list[keras.Variable],
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """The loss and a list of gradients, in the order of the parameters."""
    with tf.GradientTape() as tape:
        value = loss(model, batch)
    grads = tape.gradient(value, [p.value for p in params])
    # Of a table, TensorFlow gives the rows that were read; the others are zero.
    return value, [tf.convert_to_tensor(g) for g in grads]
