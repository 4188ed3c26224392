"""NaN, the infinities, signed zeros, the smallest and the largest numbers."""

import itertools
import math

import numpy as np
import pytest
from laws.edges.comparison import OF_FLOATS, arity, assert_same

import reference_impl as ri
from reference_impl.core.dtype import FLOATING, bool_

INF, NAN = np.inf, np.nan
TINY, HUGE = 5e-324, 1.7e308
SPECIAL = np.array(
    [0.0, -0.0, 0.5, -0.5, 1, -1, 2, -2, 3, TINY, -TINY, HUGE, -HUGE, INF, -INF, NAN]
)

# What NumPy calls otherwise or does not have.
NUMPY = {
    "_abs": np.abs,
    "_sign": np.sign,
    "_pow": np.power,
    "_clip_min": np.maximum,
    "_clip_max": np.minimum,
    "_gated": lambda x, g: np.where(x > 0, g, 0.0),
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "erf": np.vectorize(math.erf),
    "erfc": np.vectorize(math.erfc),
    "lgamma": np.vectorize(
        lambda x: INF if x in (0, -1, -2, HUGE, -HUGE) else math.lgamma(x)
    ),
}

# Elements a few units from NumPy's or `math`'s, where it is a series that we sum.
SERIES_TOLERANCE = 4 * np.finfo(np.float64).eps


@pytest.mark.parametrize("op", OF_FLOATS, ids=lambda op: op.name)
def test_special_numbers_are_treated_as_in_numpy(op):
    name = op.compute.__name__
    operands = np.array(list(itertools.product(SPECIAL, repeat=arity(op)))).T

    out = op(*map(ri.tensor, operands))

    needed = (NUMPY.get(name) or getattr(np, name))(*operands)
    if name in ("erf", "erfc", "lgamma"):
        np.testing.assert_allclose(out.numpy(), needed, rtol=SERIES_TOLERANCE)
    else:
        assert_same(out, needed)


# What is smaller counts as zero when it is compiled.
SMALLEST_NORMAL = np.finfo(np.float64).tiny

# A library of elementary functions promises a few units in the last place.
COMPILED_TOLERANCE = 8 * np.finfo(np.float64).eps


@pytest.mark.parametrize("op", OF_FLOATS, ids=lambda op: op.name)
def test_special_numbers_are_treated_alike_when_compiled(op):
    numbers = SPECIAL[(np.abs(SPECIAL) >= SMALLEST_NORMAL) | ~(SPECIAL != 0)]
    operands = np.array(list(itertools.product(numbers, repeat=arity(op)))).T
    tensors = [ri.tensor(x) for x in operands]
    needed = op(*tensors).numpy()

    came = ri.compile(lambda *xs: op(*xs))(*tensors).numpy()

    if needed.dtype == bool_:
        np.testing.assert_array_equal(came, needed)
        return
    is_tiny = np.abs(needed) < SMALLEST_NORMAL
    assert (np.abs(came[is_tiny]) < SMALLEST_NORMAL).all()
    np.testing.assert_array_equal(
        np.signbit(came[is_tiny]), np.signbit(needed[is_tiny])
    )
    np.testing.assert_allclose(
        came[~is_tiny], needed[~is_tiny], rtol=COMPILED_TOLERANCE
    )


# An answer to a question is a boolean. A sign is all that `copysign` takes from `y`;
# `gated` asks of `x` whether it is positive, and what is no number is not.
BLIND_TO_NAN = {("copysign", 1), ("gated", 0)}


@pytest.mark.parametrize("op", OF_FLOATS, ids=lambda op: op.name)
def test_not_a_number_in_makes_not_a_number_out(op):
    middle = sum(op.domain) / 2 + 0.5
    for position in range(arity(op)):
        operands = [ri.tensor(middle)] * arity(op)
        operands[position] = ri.tensor(NAN)
        out = op(*operands)
        if out.dtype != bool_ and (op.name, position) not in BLIND_TO_NAN:
            assert np.isnan(out.numpy())


OF_ROWS = [
    *("sum", "prod", "mean", "max", "min", "var", "std", "norm", "logsumexp"),
    *("median", "softmax", "log_softmax"),
]


@pytest.mark.parametrize("name", OF_ROWS)
@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_one_element_that_is_not_a_number_spoils_its_row_only(name, dtype):
    x = np.array([[1, NAN, 3], [1, 2, 3]], dtype)

    spoiled, sound = np.isnan(getattr(ri, name)(ri.tensor(x), axis=1).numpy())

    assert np.all(spoiled)
    assert not np.any(sound)


@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_what_is_not_a_number_counts_as_the_largest_and_is_found_first(dtype):
    x = np.array([1, NAN, -INF, INF, NAN, -0.0, 0.0], dtype)

    assert ri.argsort(ri.tensor(x)).tolist() == [2, 5, 6, 0, 3, 1, 4]
    assert ri.argsort(ri.tensor(x), descending=True).tolist() == [1, 4, 3, 0, 5, 6, 2]
    assert ri.argmax(ri.tensor(x)).item() == ri.argmin(ri.tensor(x)).item() == 1
    ordered = ri.sort(ri.tensor(x)).tolist()
    assert str(ordered) == "[-inf, -0.0, 0.0, 1.0, inf, nan, nan]"


def test_the_sum_of_infinities_of_both_signs_is_not_a_number():
    x = ri.tensor([[INF, 1], [-INF, 1], [INF, -INF]])

    assert_same(ri.sum(x, axis=1), np.array([INF, -INF, NAN], np.float32))
    assert_same(ri.mean(x, axis=1), np.array([INF, -INF, NAN], np.float32))
