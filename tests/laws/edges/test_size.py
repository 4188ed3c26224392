"""Many elements are treated as few, and long axes as short ones."""

import numpy as np
import pytest
from laws.edges.comparison import assert_same

import reference_impl as ri
from reference_impl.core.tensor import known


def test_positions_of_eight_bits_reach_past_the_end_of_eight_bits(rng):
    x = rng.normal(size=2)

    out = ri.scatter_add(ri.zeros(200, dtype=x.dtype), np.array([-1, 127], np.int8), x)

    assert (out[199].item(), out[127].item()) == tuple(x)


def test_rows_of_many_elements_are_added_as_short_ones_are(rng):
    x = rng.normal(size=(3, 70_000))

    out = ri.scatter_add(ri.zeros((2, 70_000), dtype=x.dtype), [1, 0, 1], known(x))

    assert_same(out, np.stack((x[1], x[0] + x[2])))


LARGE = {
    "sum": (ri.sum, np.sum),
    "max": (ri.max, np.max),
    "sort": (ri.sort, np.sort),
    "cumulative_sum": (ri.cumulative_sum, np.cumsum),
    "add": (lambda x: x + x, lambda x: x + x),
    "where": (lambda x: ri.where(x > 0, x, x * x), lambda x: np.where(x > 0, x, x * x)),
}


@pytest.mark.parametrize(("ours", "numpys"), LARGE.values(), ids=LARGE)
def test_millions_of_elements_are_treated_as_a_few(ours, numpys, rng):
    x = rng.normal(size=3_000_001)

    assert_same(ours(known(x)), numpys(x))
