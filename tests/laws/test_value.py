"""What an op computes is what NumPy, or a formula written here, says it is."""

import itertools

import numpy as np
import pytest
from laws.answers import ANSWERS
from laws.sampling import INEXACT, eps

import reference_impl as ri
from reference_impl.core.dtype import HALVES
from reference_impl.core.op import PRIMITIVES

# In units of the last place of a result of size 1. Sums of up to a few dozen elements
# may be added in another order, and NumPy's exponential errs by up to 3 units itself.
TOLERANCE_ULPS = 32

# An op on 16-bit numbers rounds once; the answer comes from wider ones.
HALF_TOLERANCE_ULPS = 4

ELEMENTWISE = [op for op in PRIMITIVES.values() if op.kind == "elementwise"]


def answer(op):
    independent = ANSWERS.get(op.name, getattr(np, op.name, None))
    if independent is None:
        pytest.fail(f"op {op.name}: NumPy has no such function; add a row to ANSWERS")
    return independent


def wide(x):
    return x.astype(np.float32) if x.dtype in HALVES else x


def tolerance_of(dtype):
    """How far a result may be off; integers and booleans have nothing to round."""
    if dtype not in INEXACT:
        return 0
    return eps(dtype) * (HALF_TOLERANCE_ULPS if dtype in HALVES else TOLERANCE_ULPS)


def assert_equals_answer(out, op, arrays, attrs, dtype):
    """Compare an op's results with the answer's."""
    answers = answer(op)(*map(wide, arrays), **attrs)
    if not isinstance(answers, tuple):
        answers = (answers,)
    tolerance = tolerance_of(dtype)
    for came, expected in zip(out, map(np.asarray, answers), strict=True):
        assert came.shape == expected.shape
        assert came.dtype == expected.dtype or dtype in HALVES
        np.testing.assert_allclose(
            wide(came.numpy()), expected, rtol=tolerance, atol=tolerance
        )


def test_value_is_that_of_an_independent_answer(sample):
    out = sample.apply(sample.tensors)

    assert_equals_answer(out, sample.op, sample.arrays, sample.attrs, sample.dtype)


@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
def test_value_holds_at_the_ends_of_the_domain_and_for_equal_operands(op, dtype):
    if dtype.kind not in op.kinds:
        dtype = ri.int64  # the same law, for an op that takes no fractions
    axis = np.linspace(*op.domain, 5).astype(dtype)
    points = itertools.product(axis, repeat=len(op.__signature__.parameters))
    operands = np.array(list(points)).T

    out = op(*map(ri.tensor, operands))

    assert_equals_answer([out], op, operands, {}, dtype)


def test_shape_and_dtype_rules_say_what_computing_gives(sample):
    computed = sample.compute()
    shape = sample.op.shape(*sample.tensors, **sample.attrs)
    dtype = sample.op.dtype(*sample.tensors, **sample.attrs)

    if not isinstance(dtype, tuple):
        shape, dtype = (shape,), (dtype,)
    assert shape == tuple(x.shape for x in computed)
    # By name: NumPy takes None for float64.
    assert [d.name for d in dtype] == [x.dtype.name for x in computed]


def test_a_16_bit_result_is_the_float32_result_rounded_once(half_sample):
    sample = half_sample
    exact = sample.apply([ri.tensor(wide(x)) for x in sample.arrays])

    for came, needed in zip(sample.apply(sample.tensors), exact, strict=True):
        rounded = needed.numpy().astype(came.dtype)
        np.testing.assert_array_equal(wide(came.numpy()), wide(rounded))
