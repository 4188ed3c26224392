"""Gradients in TensorFlow: a tape records the forward pass and is asked afterwards."""

from collections.abc import Callable

import keras
import tensorflow as tf


def value_and_grad(
    model: keras.Model, loss: Callable, x: tf.Tensor, y: tf.Tensor
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """The loss and a list of gradients, in the order of the model's variables."""
    with tf.GradientTape() as tape:
        value = loss(model(x), y)
    return value, tape.gradient(value, model.trainable_variables)
