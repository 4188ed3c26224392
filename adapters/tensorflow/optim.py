"""Gradient descent with momentum, written in TensorFlow's own arrays."""

import keras
import tensorflow as tf


def init(params: list[keras.Variable]) -> list[tf.Variable]:
    """Velocities of zero."""
    return [tf.Variable(tf.zeros_like(p)) for p in params]


def update(
    params: list[keras.Variable],
    grads: list[tf.Tensor],
    velocities: list[tf.Variable],
    *,
    lr: float,
    momentum: float,
) -> None:
    """v <- momentum v + g, then p <- p - lr v, in place."""
    for p, g, v in zip(params, grads, velocities, strict=True):
        v.assign(momentum * v + g)
        p.assign_sub(lr * v)
