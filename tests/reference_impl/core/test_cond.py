"""One of two functions: eager, captured, and differentiated both ways."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError, TreeError

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 3.0])

# Of a dozen roundings.
TOLERANCE = 1e-14


def branched(x, w):
    return ri.cond(
        ri.sum(x) > 2.0,
        lambda x: ri.sum(ri.exp(x) * w),
        lambda x: ri.sum(x * x * w),
        x,
    )


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_the_chosen_function_runs_and_is_differentiated(
    x, w, scale, assert_all_ways_agree
):
    x = x * scale
    needed = np.exp(x) * W if scale == 1.0 else 2 * x.numpy() * W

    for way in (ri.grad(branched), ri.compile(ri.grad(branched))):
        np.testing.assert_allclose(way(x, w), needed, rtol=TOLERANCE)
    assert_all_ways_agree(branched, x, w)


def test_one_compiled_function_takes_either_branch(x, w):
    compiled = ri.compile(branched)

    for scale in (1.0, 0.1, 2.0):
        needed = branched(x * scale, w)
        np.testing.assert_allclose(compiled(x * scale, w), needed, rtol=TOLERANCE)


def test_only_the_chosen_function_runs(x):
    def fails(x):
        raise AssertionError("the other branch ran")

    assert ri.cond(ri.tensor(True), ri.sum, fails, x).item() == X.sum()


def test_a_branch_returns_a_tree_of_several_dtypes(x):
    def pair(name):
        return lambda x: {name: x * 2.0, "count": ri.tensor(3)}

    compiled = ri.compile(lambda p, x: ri.cond(p, pair("same"), pair("same"), x))
    came = compiled(ri.tensor(True), x)

    assert came["count"].item() == 3
    np.testing.assert_array_equal(came["same"], 2 * X)


@pytest.mark.parametrize("predicate", [True, False])
def test_branches_may_write_their_keys_in_different_orders(x, predicate):
    compiled = ri.compile(
        lambda p, x: ri.cond(
            p, lambda x: {"a": x, "b": -x}, lambda x: {"b": 2 * x, "a": 3 * x}, x
        )
    )

    came = compiled(ri.tensor(predicate), x)

    np.testing.assert_array_equal(came["a"], X if predicate else 3 * X)
    np.testing.assert_array_equal(came["b"], -X if predicate else 2 * X)


def test_branches_that_differ_are_refused(x):
    def choose(true, false):
        return ri.compile(lambda p, x: ri.cond(p, true, false, x))(ri.tensor(True), x)

    with pytest.raises(ShapeError, match=r"cond: .* float64\[3\] from `true` and floa"):
        choose(lambda x: x, ri.sum)
    with pytest.raises(
        ShapeError, match=r"count is int64.* and int32\[\] from `false`"
    ):
        choose(
            lambda x: {"x": x, "count": ri.tensor(1)},
            lambda x: {"x": x, "count": ri.tensor(1, dtype=ri.int32)},
        )
    with pytest.raises(TreeError, match="a list of 1 from `true` and a tuple of 1 fro"):
        choose(lambda x: [x], lambda x: (x,))


def test_a_predicate_is_one_boolean(x):
    with pytest.raises(ShapeError, match=r"cond: one boolean .*`where`"):
        ri.cond(x > 1.0, ri.sum, ri.sum, x)
    with pytest.raises(DtypeError, match="cond: boolean elements are needed"):
        ri.cond(ri.tensor(1.0), ri.sum, ri.sum, x)
