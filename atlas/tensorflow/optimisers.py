"""Optimisers: formulas, defaults, and where a constant stands in a formula."""

import keras
import tensorflow as tf
from keras import optimizers


def _path(optimiser, gradient, lrs=(0.1,), dtype="float32"):
    """A parameter that begins at 1, after every update."""
    p, seen = keras.Variable(1.0, dtype=dtype), []
    for lr in lrs:
        optimiser.learning_rate = lr
        g = tf.cast(gradient(p), dtype)
        optimiser.apply([g], [p])
        seen.append(p.numpy().item())
    return seen


def sgd_momentum():
    return _path(optimizers.SGD(momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.01, 0.001])


def sgd_momentum_equal():
    return _path(optimizers.SGD(momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.1, 0.1])


def adam_eps_place():
    return _path(optimizers.Adam(epsilon=1e-3), lambda p: 1.0)


def adam_eps_place_equal():
    return _path(optimizers.Adam(epsilon=1e-12), lambda p: 1.0)


def adam_small_gradient():
    return _path(optimizers.Adam(), lambda p: 1e-8)


def adam_small_gradient_equal():
    return _path(optimizers.Adam(epsilon=1e-16), lambda p: 1e-8)


def adam_weight_decay():
    return _path(optimizers.Adam(weight_decay=0.1), lambda p: 0.0)


def adamw_default():
    return _path(optimizers.AdamW(), lambda p: 0.0)


def adamw_default_equal():
    return _path(optimizers.AdamW(weight_decay=0.01), lambda p: 0.0)


def sgd_weight_decay():
    return _path(
        optimizers.SGD(momentum=0.9, weight_decay=0.1), lambda p: 0.0, lrs=[0.1, 0.1]
    )


def sgd_weight_decay_equal():
    return _path(optimizers.SGD(momentum=0.9), lambda p: 0.1 * p, lrs=[0.1, 0.1])


def rmsprop_defaults():
    p = keras.Variable(1.0)
    optimizers.RMSprop().apply([tf.constant(1.0)], [p])
    return p


def adagrad_start():
    return _path(optimizers.Adagrad(), lambda p: 1.0)


def adagrad_start_equal():
    return _path(optimizers.Adagrad(initial_accumulator_value=0.0), lambda p: 1.0)


def adadelta_defaults():
    p = keras.Variable(1.0)
    optimizers.Adadelta().apply([tf.constant(1.0)], [p])
    return p


def adadelta_defaults_equal():
    p = keras.Variable(1.0)
    optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-6).apply([tf.constant(1.0)], [p])
    return p


def nadam():
    return _path(optimizers.Nadam(), lambda p: 1.0, lrs=[0.1, 0.1])


def clip_by_global_norm():
    (clipped,), _ = tf.clip_by_global_norm([tf.constant([3e-6, 4e-6])], 1e-6)
    return clipped


def float64_momentum():
    return _path(
        optimizers.SGD(momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.1], dtype="float64"
    )


def float64_momentum_equal():
    p, velocity = tf.Variable(1.0, dtype=tf.float64), tf.zeros((), tf.float64)
    seen = []
    for _ in range(2):
        velocity = 0.9 * velocity + 1.0
        p.assign_sub(0.1 * velocity)
        seen.append(p.numpy().item())
    return seen


def float64_adam():
    return _path(optimizers.Adam(), lambda p: 1.0, dtype="float64")


def float64_adam_equal():
    p, g, lr, eps = tf.constant(1.0, tf.float64), 1.0, 0.1, 1e-8
    m, v = (1 - 0.9) * g, (1 - 0.999) * g**2
    return [p - lr * (m / (1 - 0.9)) / ((v / (1 - 0.999)) ** 0.5 + eps)]


def float64_rmsprop():
    return _path(optimizers.RMSprop(), lambda p: 1.0, dtype="float64")
