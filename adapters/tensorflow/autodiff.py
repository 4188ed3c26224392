"""Gradients in TensorFlow: a tape records the forward pass and is asked afterwards."""

import tensorflow as tf


def value_and_grad(model, loss, x, y):
    """The loss and a list of gradients, in the order of the model's variables."""
    with tf.GradientTape() as tape:
        value = loss(model(x), y)
    return value, tape.gradient(value, model.trainable_variables)
