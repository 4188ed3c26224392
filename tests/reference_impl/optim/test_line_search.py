import math

import pytest

import reference_impl as ri
from reference_impl.optim.line_search import Point, strong_wolfe

FUNCTIONS = {
    "parabola": (lambda t: (t - 3) ** 2, lambda t: 2 * (t - 3)),
    "far": (lambda t: (t / 1000 - 3) ** 2, lambda t: (t / 1000 - 3) / 500),
    "near": (lambda t: (1000 * t - 3) ** 2, lambda t: 2000 * (1000 * t - 3)),
    "quartic": (lambda t: t**4 - 2 * t, lambda t: 4 * t**3 - 2),
    "wavy": (
        lambda t: math.sin(5 * t) - 3 * t + t**2,
        lambda t: 5 * math.cos(5 * t) - 3 + 2 * t,
    ),
    "kink": (
        lambda t: abs(t - 1) + 0.1 * (t - 1) ** 2,
        lambda t: math.copysign(1, t - 1) + 0.2 * (t - 1),
    ),
}


def at(name):
    value, slope = FUNCTIONS[name]
    return lambda t: Point(t, value(t), slope(t), ri.tensor(slope(t)))


@pytest.mark.parametrize("first", [1e-3, 1.0, 50.0])
@pytest.mark.parametrize("name", ["parabola", "far", "near", "quartic"])
def test_an_accepted_step_fulfils_both_wolfe_conditions(name, first):
    start = at(name)(0.0)

    found, tried = strong_wolfe(at(name), start, first, resolution=1e-12)

    assert found.value <= start.value + 1e-4 * found.step * start.slope
    assert abs(found.slope) <= 0.9 * abs(start.slope)
    assert 1 <= tried <= 25


def test_a_first_step_that_is_acceptable_is_taken():
    found, tried = strong_wolfe(at("parabola"), at("parabola")(0.0), 3.0, resolution=0)

    assert (found.step, tried) == (3.0, 1)


@pytest.mark.parametrize("name", ["wavy", "kink"])
def test_what_is_found_is_lower_than_the_start(name):
    start = at(name)(0.0)

    found, tried = strong_wolfe(at(name), start, 2.0, resolution=1e-9)

    assert found.value < start.value
    assert tried <= 25


def test_a_search_ends_after_its_evaluations():
    def downhill(t):
        return Point(t, -t, -1.0, ri.tensor(-1.0))

    found, tried = strong_wolfe(
        downhill, downhill(0.0), 1.0, resolution=0, evaluations=5
    )

    assert tried == 5
    assert found.value < 0
