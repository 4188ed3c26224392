"""Gradient descent with momentum, written in TensorFlow's own arrays."""

import tensorflow as tf


def init(params):
    """Velocities of zero."""
    return [tf.Variable(tf.zeros_like(p)) for p in params]


def update(params, grads, velocities, *, lr, momentum):
    """v <- momentum v + g, then p <- p - lr v, in place."""
    for p, g, v in zip(params, grads, velocities, strict=True):
        v.assign(momentum * v + g)
        p.assign_sub(lr * v)
