"""What an op computes is what NumPy, or a formula written here, says it is."""

import itertools

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError
from reference_impl.core.op import PRIMITIVES

# The answer for an op that NumPy has no function for, or has under other arguments.
ANSWERS = {
    "astype": lambda x, *, dtype: np.array(x.tolist(), dtype),
    "identity": np.positive,
    "logsumexp": lambda x, *, axes: np.log(np.sum(np.exp(x), axis=axes, keepdims=True)),
    "one_hot": lambda labels, *, classes, dtype: np.eye(classes, dtype=dtype)[labels],
    "sum": lambda x, *, axes: np.sum(x, axis=axes, keepdims=True),
}

# In units of the last place of a result of size 1. Sums of up to a few dozen elements
# may be added in another order, and NumPy's exponential errs by up to 3 units itself.
TOLERANCE_ULPS = 32

ELEMENTWISE = [op for op in PRIMITIVES.values() if op.kind == "elementwise"]


def answer(op):
    independent = ANSWERS.get(op.name, getattr(np, op.name, None))
    if independent is None:
        pytest.fail(f"op {op.name}: NumPy has no such function; add a row to ANSWERS")
    return independent


def assert_equals_answer(out, expected):
    expected = np.asarray(expected)
    tolerance = TOLERANCE_ULPS * np.finfo(np.result_type(out, np.float32)).eps
    assert (out.shape, out.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(out, expected, rtol=tolerance, atol=tolerance)


def test_value_is_that_of_an_independent_answer(sample):
    out = sample.apply(sample.tensors).numpy()

    assert_equals_answer(out, answer(sample.op)(*sample.arrays, **sample.attrs))


@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
def test_value_holds_at_the_ends_of_the_domain_and_for_equal_operands(op, dtype):
    axis = np.linspace(*op.domain, 5, dtype=dtype)
    points = itertools.product(axis, repeat=len(op.__signature__.parameters))
    operands = np.array(list(points)).T

    out = op(*map(ri.tensor, operands)).numpy()

    assert_equals_answer(out, answer(op)(*operands))


def test_shape_and_dtype_rules_say_what_computing_gives(sample):
    computed = sample.compute()

    assert sample.op.shape(*sample.tensors, **sample.attrs) == computed.shape
    assert sample.op.dtype(*sample.tensors, **sample.attrs) == computed.dtype


@pytest.mark.parametrize("dtype", [ri.bool, ri.int32, ri.int64], ids=str)
def test_a_dtype_without_fractions_is_refused_or_follows_the_dtype_rule(sample):
    try:
        out = sample.apply(sample.tensors)
    except DtypeError:
        return
    assert out.dtype == sample.op.dtype(*sample.tensors, **sample.attrs)
