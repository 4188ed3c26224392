import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import (
    DtypeError,
    NoValueError,
    RangeError,
    ShapeError,
)

X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("repetitions", [0, 3, (2, 1), (2, 1, 3), (1, 0), ()])
def test_copies_lie_side_by_side(repetitions):
    came = ri.tile(ri.tensor(X), repetitions)

    np.testing.assert_array_equal(came, np.tile(X, repetitions))


def test_a_number_can_be_tiled():
    np.testing.assert_array_equal(ri.tile(2.0, (2, 1)), [[2], [2]])


def test_the_gradient_of_copies_is_a_sum():
    weights = np.arange(24.0).reshape(4, 6)

    gradient = ri.grad(lambda x: ri.sum(ri.tile(x, (2, 2)) * weights))

    needed = weights.reshape(2, 2, 2, 3).sum((0, 2))
    np.testing.assert_array_equal(gradient(ri.tensor(X)), needed)


@pytest.mark.parametrize("axis", [0, -1, None])
@pytest.mark.parametrize("repeats", [0, 1, 3])
def test_every_element_comes_so_often(repeats, axis):
    came = ri.repeat(ri.tensor(X), repeats, axis=axis)

    np.testing.assert_array_equal(came, np.repeat(X, repeats, axis))


def test_every_element_can_have_its_own_number():
    came = ri.repeat(ri.tensor(X), [2, 0, 1], axis=1)

    np.testing.assert_array_equal(came, np.repeat(X, [2, 0, 1], 1))


@pytest.mark.parametrize("repeats", [2, [2, 0, 1]])
def test_the_gradient_of_repeated_elements_is_a_sum(repeats):
    counts = np.broadcast_to(repeats, 3)

    gradient = ri.grad(lambda x: ri.sum(ri.repeat(x, repeats, axis=1)))

    np.testing.assert_array_equal(gradient(ri.tensor(X)), np.tile(counts, (2, 1)))


def test_numbers_that_do_not_fit_are_refused():
    x = ri.tensor(X)
    with pytest.raises(ShapeError, match=r"^repeat: one count for each of 3 elements"):
        ri.repeat(x, [1, 2], axis=1)
    with pytest.raises(RangeError, match=r"^repeat: no count may be negative, -1 came"):
        ri.repeat(x, -1)
    with pytest.raises(DtypeError, match=r"^repeat: .* float32 came"):
        ri.repeat(x, 1.5)
    with pytest.raises(ShapeError, match=r"^tile: "):
        ri.tile(x, -1)


def test_numbers_that_are_not_known_yet_are_refused():
    with pytest.raises(NoValueError, match=r"^repeat: "):
        ri.capture(lambda x, n: ri.repeat(x, n), ri.ones(3), np.array(2))


def test_more_copies_than_memory_holds_are_refused():
    with pytest.raises(ri.OutOfMemoryError, match=r"^repeat: "):
        ri.repeat(ri.ones(2), [1 << 60, 1])
