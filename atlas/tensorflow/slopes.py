"""Derivatives where there are several, or none: ties, kinks, bounds."""

import tensorflow as tf


def _slope(function, numbers):
    """The gradient of a function's result, summed."""
    x = tf.constant(numbers)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(function(x))
    return tape.gradient(y, x)


def max_ties():
    return _slope(tf.reduce_max, [2.0, 2.0, 1.0])


def max_along_axis_ties():
    return _slope(lambda x: tf.reduce_max(x, axis=0), [2.0, 2.0, 1.0])


def maximum_tie():
    return _slope(lambda x: tf.maximum(x, 2.0), 2.0)


def maximum_tie_equal():
    return _slope(lambda x: tf.where(x > 2, x, 2.0), 2.0)


def relu_kink():
    return [_slope(tf.nn.relu, 0.0), _slope(lambda x: tf.maximum(x, 0.0), 0.0)]


def relu_kink_equal():
    return [_slope(tf.nn.relu, 0.0)] * 2


def clip_bound():
    return _slope(lambda x: tf.clip_by_value(x, 0.0, 1.0), 1.0)


def abs_kink():
    return _slope(tf.abs, 0.0)


def norm_at_zero():
    return _slope(tf.norm, [0.0, 0.0])


def norm_at_zero_equal():
    def norm(x):
        square = tf.reduce_sum(x * x)
        is_zero = square == 0
        return tf.where(is_zero, 0.0, tf.sqrt(tf.where(is_zero, 1.0, square)))

    return _slope(norm, [0.0, 0.0])


def product_with_zero():
    return _slope(tf.reduce_prod, [0.0, 2.0, 3.0])
