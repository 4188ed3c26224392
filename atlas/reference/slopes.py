"""Derivatives where there are several, or none: ties, kinks, bounds."""

import reference_impl as ri


def _slope(function, numbers):
    """The gradient of a function's result, summed."""
    return ri.grad(lambda x: ri.sum(function(x)))(ri.tensor(numbers))


def max_ties():
    return _slope(ri.max, [2.0, 2.0, 1.0])


def max_along_axis_ties():
    return _slope(lambda x: ri.max(x, axis=0), [2.0, 2.0, 1.0])


def maximum_tie():
    return _slope(lambda x: ri.maximum(x, 2.0), 2.0)


def maximum_tie_equal():
    return _slope(lambda x: ri.where(x > 2, x, 2.0), 2.0)


def relu_kink():
    return [_slope(ri.relu, 0.0), _slope(lambda x: ri.maximum(x, 0.0), 0.0)]


def relu_kink_equal():
    return [_slope(ri.relu, 0.0)] * 2


def clip_bound():
    return _slope(lambda x: ri.clip(x, 0.0, 1.0), 1.0)


def abs_kink():
    return _slope(ri.abs, 0.0)


def norm_at_zero():
    return _slope(ri.norm, [0.0, 0.0])


def product_with_zero():
    return _slope(ri.prod, [0.0, 2.0, 3.0])
