"""Rows by their numbers as machine code, on one thread and on several."""

import numpy as np
import pytest

import reference_impl as ri

RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(50, 70)).astype(np.float32)


@pytest.fixture(params=[1, 3])
def threads(request):
    """A number of threads, for the time of one test."""
    before = ri.threads()
    ri.set_threads(request.param)
    yield request.param
    ri.set_threads(before)


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_rows_are_copied_whoever_copies_them(threads, count):
    rows = RNG.integers(-50, 50, size=count)

    came = ri.compile(lambda x, i: ri.take(x, i, axis=0))(TABLE, rows)

    np.testing.assert_array_equal(came, TABLE[rows])


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_rows_of_one_number_are_added_in_their_order(threads, count):
    rows = RNG.integers(-50, 50, size=count)
    g = RNG.normal(size=(count, 70)).astype(np.float32)

    came = ri.compile(ri.grad(lambda x, i, g: ri.sum(ri.take(x, i, axis=0) * g)))(
        TABLE, rows, g
    )

    needed = np.zeros_like(TABLE)
    np.add.at(needed, rows, g)
    np.testing.assert_array_equal(came, needed)
