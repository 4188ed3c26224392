import numpy as np
import pytest

import reference_impl as ri
from reference_impl.optim import settings


@pytest.mark.parametrize("x", [0.5, np.float16(0.5), np.array(0.5), ri.tensor(0.5)])
def test_a_number_that_came_as_another_is_pythons(x):
    for numbers in (
        settings.not_negative("f", x=x),
        settings.fractions("f", x=x),
        settings.above_zero("f", x=x),
        settings.two_fractions("f", (x, x))[:1],
    ):
        assert [(type(each), each) for each in numbers] == [(float, 0.5)]


@pytest.mark.parametrize("count", [3, np.int8(3), ri.tensor(3)])
def test_a_count_that_came_as_another_number_is_pythons(count):
    (found,) = settings.at_least("f", 1, count=count)

    assert (type(found), found) == (int, 3)


def test_a_step_size_without_a_value_is_not_checked_but_for_its_shape():
    def half(lr):
        return settings.step_size("f", lr) / 2

    assert ri.compile(half)(ri.tensor(-1.0)).item() == -0.5
    with pytest.raises(ri.ShapeError, match="f: lr must be a single number"):
        ri.compile(half)(ri.ones(2))


def test_what_is_called_can_be_called():
    settings.check_callable("f", "a function", len)
    with pytest.raises(ri.DtypeError, match="f: a function is needed; 'a' came"):
        settings.check_callable("f", "a function", "a")
