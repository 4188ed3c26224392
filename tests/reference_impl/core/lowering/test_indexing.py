"""Rows by their numbers, and labels: kernels played on watched memory."""

import numpy as np
import pytest
from played_kernels import played

import reference_impl as ri
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.step import Library
from reference_impl.core.passes.fusion import fuse

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 3))
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
TOLERANCE = {ri.float32: 1e-6, ri.float64: 1e-14}  # a few roundings


def steps_of(function, *arrays):
    """What was lowered, and its results for the arrays."""
    found = lowered(fuse(ri.capture(function, *map(ri.tensor, arrays))))
    return found, played(found, arrays)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,)])
def test_rows_are_found_by_numbers_of_any_integer_dtype(dtype, shape):
    low = 0 if dtype.startswith("u") else -5
    rows = RNG.integers(low, 5, size=shape).astype(dtype)

    found, (came,) = steps_of(lambda x, i: ri.take(x, i, axis=0), X, rows)

    np.testing.assert_array_equal(came, X[rows])
    (check,) = found.checks
    assert (check.low, check.high) == (-5, 5)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_rows_with_one_number_are_added_up(dtype):
    rows = np.array([1, 4, 1, 1, 0]).astype(dtype)

    def function(x, i):
        return ri.grad(lambda x: ri.sum(ri.take(x, i, axis=0) * X))(x)

    _, (came,) = steps_of(function, X, rows)

    needed = np.zeros_like(X)
    np.add.at(needed, rows, X)
    np.testing.assert_allclose(came, needed, rtol=1e-14)


@pytest.mark.parametrize("see", [lambda i: i[::-1], lambda i: i[1:3], lambda i: i[::2]])
def test_numbers_and_rows_may_be_views(see):
    rows = np.array([0, -1, 3, 2])

    found, (came,) = steps_of(lambda x, i: ri.take(x[:, ::-1], see(i), axis=0), X, rows)

    np.testing.assert_array_equal(came, X[see(rows), ::-1])
    assert not any(isinstance(step, Library) for step in found.steps)


def test_numbers_that_are_computed_are_looked_at_by_a_library():
    found, (came,) = steps_of(
        lambda x, i: ri.take(x, i + 1, axis=0), X, np.array([0, 2])
    )

    np.testing.assert_array_equal(came, X[[1, 3]])
    assert found.checks == []
    assert any(isinstance(step, Library) for step in found.steps)


def log_softmax(x):
    x = x.astype(np.float64)
    largest = x.max(axis=-1, keepdims=True)
    return x - largest - np.log(np.exp(x - largest).sum(axis=-1, keepdims=True))


LOGITS = {
    "usual": RNG.normal(size=(4, 3)),
    "large": 1e4 * RNG.normal(size=(4, 3)),
    "equal": np.full((4, 3), -7.0),
    "one class": RNG.normal(size=(4, 1)),
    "no rows": np.zeros((0, 3)),
    "images": RNG.normal(size=(2, 4, 3)),
}


@pytest.mark.parametrize("label", ["int8", "uint8", "int32", "int64"])
@pytest.mark.parametrize("dtype", [ri.float32, ri.float64], ids=str)
@pytest.mark.parametrize("name", LOGITS)
def test_a_loss_and_its_slope_are_those_of_the_formula(name, dtype, label):
    x = LOGITS[name].astype(dtype)
    labels = RNG.integers(x.shape[-1], size=x.shape[:-1]).astype(label)

    def function(x, labels):
        return ri.value_and_grad(lambda x: ri.sum(ri.softmax_cross_entropy(x, labels)))(
            x
        )[1], ri.softmax_cross_entropy(x, labels)

    _, (slope, loss) = steps_of(function, x, labels)

    logs = log_softmax(x)
    chosen = labels[..., None].astype(int)
    needed = -np.take_along_axis(logs, chosen, axis=-1)[..., 0]
    scale = np.abs(x).max(initial=1.0)
    np.testing.assert_allclose(loss, needed, rtol=0, atol=TOLERANCE[dtype] * scale)
    needed = np.exp(logs) - (np.arange(x.shape[-1]) == chosen)
    np.testing.assert_allclose(slope, needed, rtol=0, atol=TOLERANCE[dtype] * scale)


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_infinite_logits_give_what_the_op_gives(special):
    x = RNG.normal(size=(3, 4))
    x[1, 2], x[2] = special, special
    labels = np.array([2, 2, 1])

    with np.errstate(all="ignore"):
        needed = ri.softmax_cross_entropy(ri.tensor(x), ri.tensor(labels))
    came = ri.compile(ri.softmax_cross_entropy)(x, labels)

    np.testing.assert_allclose(came, needed, rtol=1e-14)
