"""Derivatives where there are several, or none: ties, kinks, bounds."""

import jax
import jax.numpy as jnp


def _slope(function, numbers):
    """The gradient of a function's result, summed."""
    return jax.grad(lambda x: function(x).sum())(jnp.array(numbers))


def max_ties():
    return _slope(jnp.max, [2.0, 2.0, 1.0])


def max_along_axis_ties():
    return _slope(lambda x: jnp.max(x, axis=0), [2.0, 2.0, 1.0])


def maximum_tie():
    return _slope(lambda x: jnp.maximum(x, 2.0), 2.0)


def maximum_tie_equal():
    return _slope(lambda x: jnp.where(x > 2, x, 2.0), 2.0)


def relu_kink():
    return [_slope(jax.nn.relu, 0.0), _slope(lambda x: jnp.maximum(x, 0), 0.0)]


def relu_kink_equal():
    return [_slope(jax.nn.relu, 0.0)] * 2


def clip_bound():
    return _slope(lambda x: jnp.clip(x, 0, 1), 1.0)


def clip_bound_equal():
    def clip(x):
        return jnp.where(x < 0, 0.0, jnp.where(x > 1, 1.0, x))

    return _slope(clip, 1.0)


def abs_kink():
    return _slope(jnp.abs, 0.0)


def abs_kink_equal():
    return _slope(lambda x: x * jnp.sign(x), 0.0)


def norm_at_zero():
    return _slope(jnp.linalg.norm, [0.0, 0.0])


def norm_at_zero_equal():
    def norm(x):
        square = (x * x).sum()
        is_zero = square == 0
        return jnp.where(is_zero, 0.0, jnp.sqrt(jnp.where(is_zero, 1.0, square)))

    return _slope(norm, [0.0, 0.0])


def product_with_zero():
    return _slope(jnp.prod, [0.0, 2.0, 3.0])
