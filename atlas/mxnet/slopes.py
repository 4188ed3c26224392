"""Derivatives where there are several, or none: ties, kinks, bounds."""

from mxnet import autograd, nd


def _slope(function, numbers):
    """The gradient of a function's result, summed."""
    x = nd.array(numbers)
    x.attach_grad()
    with autograd.record():
        y = function(x).sum()
    y.backward()
    return x.grad


def max_ties():
    return _slope(nd.max, [2, 2, 1])


def max_ties_equal():
    def largest(x):
        is_largest = nd.BlockGrad(x == x.max())
        return (x * is_largest).sum() / is_largest.sum()

    return _slope(largest, [2, 2, 1])


def max_along_axis_ties():
    return _slope(lambda x: nd.max(x, axis=0), [2, 2, 1])


def max_along_axis_ties_equal():
    def largest(x):
        is_largest = nd.BlockGrad(nd.broadcast_equal(x, x.max(axis=0)))
        return (x * is_largest).sum(axis=0) / is_largest.sum(axis=0)

    return _slope(largest, [2, 2, 1])


def maximum_tie():
    return _slope(lambda x: nd.maximum(x, 2), [2])[0]


def maximum_tie_equal():
    return _slope(lambda x: nd.where(x > 2, x, 2 * nd.ones_like(x)), [2])[0]


def relu_kink():
    return [_slope(nd.relu, [0])[0], _slope(lambda x: nd.maximum(x, 0), [0])[0]]


def relu_kink_equal():
    return [_slope(nd.relu, [0])[0]] * 2


def clip_bound():
    return _slope(lambda x: nd.clip(x, 0, 1), [1])[0]


def abs_kink():
    return _slope(nd.abs, [0])[0]


def norm_at_zero():
    return _slope(nd.norm, [0, 0])


def norm_at_zero_equal():
    def norm(x):
        square = (x * x).sum()
        is_zero = square == 0
        return nd.sqrt(square + is_zero) * (1 - is_zero)

    return _slope(norm, [0, 0])


def product_with_zero():
    return _slope(nd.prod, [0, 2, 3])


def product_with_zero_equal():
    return _slope(lambda x: x[0] * x[1] * x[2], [0, 2, 3])
