import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import (
    DtypeError,
    NoValueError,
    RangeError,
    ShapeError,
)

X = np.array([[0.0, 2, 0], [np.nan, 0, -1]])


@pytest.mark.parametrize("x", [X, X == 0, np.zeros((2, 0)), np.zeros(3), X * 1j])
def test_positions_of_what_is_not_zero_are_those_of_numpy(x):
    came = ri.nonzero(ri.tensor(x))

    for positions, needed in zip(came, np.nonzero(x), strict=True):
        assert positions.dtype == ri.int64
        np.testing.assert_array_equal(positions, needed)
    np.testing.assert_array_equal(ri.argwhere(x), np.argwhere(x))


def test_positions_of_what_is_not_zero_read_it():
    x = ri.tensor(X)

    np.testing.assert_array_equal(x[ri.nonzero(x)], X[X != 0])


def test_a_number_has_no_positions():
    assert ri.argwhere(1.0).shape == (1, 0)
    with pytest.raises(ShapeError, match=r"^nonzero: an axis is needed"):
        ri.nonzero(1.0)


@pytest.mark.parametrize("function", [ri.nonzero, ri.argwhere])
def test_how_many_there_are_is_not_known_in_a_capture(function):
    with pytest.raises(NoValueError, match=rf"^{function.__name__}: .*where"):
        ri.capture(function, ri.ones(3))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("dtype", ["int8", "bfloat16", "float64"])
def test_numbers_are_inserted_where_numpy_inserts_them(dtype, side):
    x, numbers = [1, 2, 2, 5], [[2, 0, 3], [9, 5, 1]]

    came = ri.searchsorted(
        ri.tensor(x, dtype=dtype), ri.tensor(numbers, dtype=dtype), side=side
    )

    assert came.dtype == ri.int64
    np.testing.assert_array_equal(came, np.searchsorted(x, numbers, side))


def test_what_is_not_sorted_is_sorted_by_its_order():
    x, order = ri.tensor([5.0, 1.0, 2.0]), ri.tensor([1, 2, 0])

    assert ri.searchsorted(x, 3.0, sorter=order).item() == 2


def test_a_search_that_has_no_meaning_is_refused():
    with pytest.raises(ShapeError, match=r"^searchsorted: a vector is needed"):
        ri.searchsorted(X, 1.0)
    with pytest.raises(RangeError, match=r"^searchsorted: .* 'top' came"):
        ri.searchsorted(X[0], 1.0, side="top")
    with pytest.raises(DtypeError, match=r"^searchsorted: "):
        ri.searchsorted(X[0] * 1j, 1.0)


def test_an_order_must_be_a_vector():
    with pytest.raises(
        ShapeError, match=r"^searchsorted: sorter must be a vector, \(\)"
    ):
        ri.searchsorted(np.arange(3.0), 1.0, sorter=0)
