"""Integers wrap around, divide by zero and add up as NumPy's do."""

import itertools

import numpy as np
import pytest
from laws.edges.comparison import assert_same

import reference_impl as ri
from reference_impl.core.dtype import SIGNED, UNSIGNED

INTEGERS = (*SIGNED, *UNSIGNED)

OF_INTEGERS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "floor_divide": np.floor_divide,
    "remainder": np.remainder,
    "bitwise_xor": np.bitwise_xor,
    "maximum": np.maximum,
    "abs": np.abs,
    "negative": np.negative,
    "square": np.square,
}


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
@pytest.mark.parametrize("name", OF_INTEGERS)
def test_integers_wrap_around_and_divide_by_zero_as_in_numpy(name, dtype):
    limits = np.iinfo(dtype)
    numbers = np.array([limits.min, limits.max, 0, 1, limits.max // 2 + 1], dtype)
    count = OF_INTEGERS[name].nin
    operands = np.array(list(itertools.product(numbers, repeat=count)), dtype).T

    out = getattr(ri, name)(*map(ri.tensor, operands))

    assert_same(out, OF_INTEGERS[name](*operands))
    assert_same(ri.compile(getattr(ri, name))(*map(ri.tensor, operands)), out.numpy())


@pytest.mark.parametrize("dtype", [ri.bool, *INTEGERS], ids=str)
def test_sums_and_products_of_small_integers_do_not_wrap_around(dtype):
    x = np.ones(1000, dtype)

    assert ri.sum(ri.tensor(x)).item() == 1000
    assert_same(ri.prod(ri.tensor(x)), np.prod(x))
