"""Slopes where there are several or none: ties, kinks and poles."""

import numpy as np
import pytest
from laws.edges.comparison import CLOSED_FORM_TOLERANCE, slope

import reference_impl as ri

# Smaller numbers count as zero when they are compiled.
INF, NAN, TINY = np.inf, np.nan, np.finfo(np.float64).tiny

# A function, where, and its slope there.
SLOPES = {
    "abs at 0": (ri.abs, 0, 0),
    "abs at -0": (ri.abs, -0.0, 0),
    "relu at 0": (ri.relu, 0, 0),
    "relu beside 0": (ri.relu, [TINY, -TINY], [1, 0]),
    "maximum of equals": (lambda x: ri.maximum(x, 2.0), 2, 0.5),
    "minimum of equals": (lambda x: ri.minimum(2.0, x), 2, 0.5),
    "maximum of itself": (lambda x: ri.maximum(x, x), 2, 1),
    "clip at its bounds": (
        lambda x: ri.clip(x, 0.0, 1.0),
        [-1, 0, 0.5, 1, 2],
        [0, 1, 1, 1, 0],
    ),
    "clip without room": (lambda x: ri.clip(x, 1.0, 1.0), [0, 1, 2], [0, 1, 0]),
    "sign": (ri.sign, [-1, 0, 1], [0, 0, 0]),
    "floor": (ri.floor, [0, 0.5], [0, 0]),
    "round": (ri.round, [0.5, 1.5], [0, 0]),
    "remainder": (lambda x: x % 1.0, [0, 0.5], [1, 1]),
    "max of ties": (ri.max, [2, 1, 2], [0.5, 0, 0.5]),
    "max of three": (ri.max, [2, 2, 2], [1 / 3] * 3),
    "min of ties": (ri.min, [1, 1, 2], [0.5, 0.5, 0]),
    "max of signed zeros": (ri.max, [0, -0.0, -1], [0.5, 0.5, 0]),
    "max of infinities": (ri.max, [INF, INF, 0], [0.5, 0.5, 0]),
    "max of no number": (ri.max, [NAN, 1], [NAN, NAN]),
    "median of four": (ri.median, [4, 1, 3, 2], [0, 0, 0.5, 0.5]),
    "sort of ties": (lambda x: ri.sort(x)[:2], [1, 1, 1], [1, 1, 0]),
    "topk of ties": (lambda x: ri.topk(x, 1)[0], [2, 2, 1], [1, 0, 0]),
    "max_pool of ties": (lambda x: ri.max_pool(x, (1, 2)), [[[[3, 3]]]], [[[[1, 0]]]]),
    "prod with a zero": (ri.prod, [0, 2, 3], [6, 0, 0]),
    "prod with two zeros": (ri.prod, [0, 0, 3], [0, 0, 0]),
    "cumulative_prod": (ri.cumulative_prod, [0, 2, 3], [1 + 2 + 6, 0, 0]),
    "norm at 0": (ri.norm, [0, 0], [0, 0]),
    "norm, ord 1, at 0": (lambda x: ri.norm(x, ord=1), [0, 0], [0, 0]),
    "norm, ord 3, at 0": (lambda x: ri.norm(x, ord=3), [0, 0], [0, 0]),
    "std of equals": (ri.std, [5, 5, 5], [0, 0, 0]),
    "var of equals": (ri.var, [5, 5, 5], [0, 0, 0]),
    "sqrt at 0": (ri.sqrt, 0, INF),
    "sqrt below 0": (ri.sqrt, -1, NAN),
    "log at 0": (ri.log, [0, -0.0], [INF, -INF]),
    "log1p at -1": (ri.log1p, -1, INF),
    "copysign": (lambda x: ri.copysign(x, -1.0), [-2, 0, 3], [1, 0, -1]),
    "reciprocal at 0": (lambda x: 1 / x, [0, -0.0], [-INF, -INF]),
    "tanh far out": (ri.tanh, [-1e3, 1e3], [0, 0]),
    "sigmoid far out": (ri.sigmoid, [-1e3, 1e3], [0, 0]),
    "erf far out": (ri.erf, [-INF, INF], [0, 0]),
    "logaddexp of equals": (lambda x: ri.logaddexp(x, 2.0), 2, 0.5),
    "logaddexp of -inf": (lambda x: ri.logaddexp(x, 0.0), -INF, 0),
    "logaddexp of two -inf": (lambda x: ri.logaddexp(x, -INF), -INF, 0),
    "asin at its ends": (ri.asin, [-1, 1], [INF, INF]),
    "atan2 at 0": (lambda x: ri.atan2(x, ri.zeros_like(x)), 0, 0),
    "hypot at 0": (lambda x: ri.hypot(x, ri.zeros_like(x)), 0, 0),
    "where beside a pole": (
        lambda x: ri.where(x > 0, ri.log(ri.where(x > 0, x, 1.0)), 0.0),
        [0, 1],
        [0, 1],
    ),
    "x ** 0 at 0": (lambda x: x**0, 0, 0),
    "x ** 0.0 at 0": (lambda x: ri.pow(x, ri.zeros_like(x)), 0, 0),
    "x ** 1 at 0": (lambda x: x**1, 0, 1),
    "x ** 2 at 0": (lambda x: x**2, 0, 0),
    "x ** 3 below 0": (lambda x: x**3, -2, 12),
    "x ** 0.5 at 0": (lambda x: x**0.5, 0, INF),
    "x ** -1 at 0": (lambda x: x**-1, 0, -INF),
    "x ** 2.5 below 0": (lambda x: x**2.5, -2, NAN),
    "0 ** x": (lambda x: 0.0**x, [0, 1, 2.5], [0, 0, 0]),
    "(-2) ** x": (lambda x: (-2.0) ** x, 2, NAN),
    "1 ** x": (lambda x: 1.0**x, [0, INF], [0, 0]),
}


@pytest.mark.parametrize(("function", "x", "needed"), SLOPES.values(), ids=SLOPES)
def test_a_slope_where_there_are_several_or_none(function, x, needed):
    came = slope(function, np.array(x, np.float64))

    np.testing.assert_allclose(came, needed, rtol=CLOSED_FORM_TOLERANCE)


@pytest.mark.parametrize(("function", "x", "needed"), SLOPES.values(), ids=SLOPES)
def test_forward_mode_takes_the_same_slope(function, x, needed):
    x = ri.tensor(np.array(x, np.float64))

    _, moved = ri.jvp(lambda x: ri.sum(function(x)), (x,), (ri.ones_like(x),))

    np.testing.assert_allclose(
        moved.numpy(), np.sum(needed), rtol=CLOSED_FORM_TOLERANCE
    )


# A function, where, and the slope of its slope there.
SECOND_SLOPES = {
    "hypot at 0": (lambda x: ri.hypot(x, ri.zeros_like(x)), 0, 0),
    "norm at 0": (ri.norm, [0, 0], [0, 0]),
    "atan2 at 0": (lambda x: ri.atan2(x, ri.zeros_like(x)), 0, 0),
    "x ** 2 at 0": (lambda x: x**2, 0, 2),
    "x ** 3 at 0": (lambda x: x**3, 0, 0),
    "relu at 0": (ri.relu, 0, 0),
    "prod with a zero": (ri.prod, [0, 2, 3], [5, 3, 2]),
    "prod with two zeros": (ri.prod, [0, 0, 3], [3, 3, 0]),
}


@pytest.mark.parametrize(
    ("function", "x", "needed"), SECOND_SLOPES.values(), ids=SECOND_SLOPES
)
def test_a_second_slope_where_the_first_is_a_convention(function, x, needed):
    came = slope(ri.grad(lambda x: ri.sum(function(x))), np.array(x, np.float64))

    np.testing.assert_allclose(came, needed, rtol=CLOSED_FORM_TOLERANCE)


def test_a_tie_is_first_where_a_position_is_asked_for():
    x = ri.tensor([[3, 1, 3], [1, 1, 2]])

    assert ri.argmax(x, axis=1).tolist() == [0, 2]
    assert ri.argmin(x, axis=1).tolist() == [1, 0]


# What mutation plants its mistakes before.
LAWS = [
    (test_a_slope_where_there_are_several_or_none, SLOPES),
    (test_forward_mode_takes_the_same_slope, SLOPES),
    (test_a_second_slope_where_the_first_is_a_convention, SECOND_SLOPES),
]
