"""Derivatives where there are several, or none: ties, kinks, bounds."""

import torch


def _slope(function, numbers):
    """The gradient of a function's result, summed."""
    x = torch.tensor(numbers, requires_grad=True)
    function(x).sum().backward()
    return x.grad


def max_ties():
    return _slope(lambda x: x.max(), [2.0, 2.0, 1.0])


def max_along_axis_ties():
    return _slope(lambda x: x.max(dim=0).values, [2.0, 2.0, 1.0])


def max_along_axis_ties_equal():
    return _slope(lambda x: x.amax(dim=0), [2.0, 2.0, 1.0])


def maximum_tie():
    return _slope(lambda x: torch.maximum(x, torch.tensor(2.0)), 2.0)


def maximum_tie_equal():
    return _slope(lambda x: torch.where(x > 2, x, 2.0), 2.0)


def relu_kink():
    return [_slope(torch.relu, 0.0), _slope(lambda x: x.clamp(min=0), 0.0)]


def relu_kink_equal():
    return [_slope(torch.relu, 0.0)] * 2


def clip_bound():
    return _slope(lambda x: x.clip(0, 1), 1.0)


def abs_kink():
    return _slope(torch.abs, 0.0)


def norm_at_zero():
    return _slope(torch.linalg.vector_norm, [0.0, 0.0])


def product_with_zero():
    return _slope(torch.prod, [0.0, 2.0, 3.0])
