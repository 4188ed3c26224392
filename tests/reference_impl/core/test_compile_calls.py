"""Calls of compiled functions: what may come, and what happens around them."""

import threading

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import (
    DtypeError,
    FreedError,
    IndexRangeError,
    RangeError,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 6))
TOLERANCE = 1e-12  # a few operations on float64, rounded in another way


def function(x):
    return ri.sum(ri.tanh(x) * x, axis=0)


@pytest.mark.parametrize(
    "see",
    [
        lambda x: x.T,
        lambda x: x[::-1],
        lambda x: x[:, ::2],
        lambda x: np.broadcast_to(x[:1], (4, 6)),
        lambda x: np.asfortranarray(x),
        lambda x: x[:0],
    ],
)
def test_arrays_and_tensors_may_lie_in_any_way(see):
    compiled, given = ri.compile(function), see(X)
    needed = (np.tanh(given) * given).sum(axis=0)

    for x in (given, see(ri.tensor(X)) if see(X).flags.c_contiguous else given):
        np.testing.assert_allclose(compiled(x), needed, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(
        compiled(ri.from_dlpack(given)), needed, rtol=0, atol=TOLERANCE
    )


def test_numbers_of_numpy_are_arrays_and_numbers_of_python_are_not():
    compiled = ri.compile(lambda x, n: x * n)

    for n in (2, 2.5, np.float64(2.5), np.array(2.5)):
        np.testing.assert_allclose(compiled(X, n), X * n)


def test_a_dtype_that_is_none_of_ours_is_refused_as_it_is_eagerly():
    foreign = X.astype(">f8")

    for make in (ri.tensor, ri.compile(lambda x: x + x)):
        with pytest.raises(DtypeError, match=">f8 is not supported"):
            make(foreign)


def test_a_function_that_raises_raises_again_and_leaves_nothing_behind():
    calls = []

    @ri.compile
    def failing(x):
        calls.append(x)
        if len(calls) < 3:
            raise LookupError("not yet")
        return x + 1.0

    for _ in range(2):
        with pytest.raises(LookupError, match="not yet"):
            failing(X)
    np.testing.assert_array_equal(failing(X), X + 1.0)


def test_a_library_that_raises_does_so_at_every_call_and_the_next_one_is_right():
    compiled = ri.compile(lambda x: ri.cholesky(x + x) * 2.0)
    good, bad = np.eye(3), -np.eye(3)

    for _ in range(2):
        with pytest.raises(Exception, match="positive"):
            compiled(bad)
        np.testing.assert_allclose(compiled(good), np.sqrt(8) * np.eye(3))


def test_the_same_function_runs_in_several_threads():
    compiled, errors = ri.compile(function), []

    def call(scale):
        x = X * scale
        needed = (np.tanh(x) * x).sum(axis=0)
        for _ in range(20):
            came = compiled(ri.tensor(x)).numpy()
            if not np.allclose(came, needed, rtol=0, atol=1e-10):
                errors.append(scale)

    threads = [threading.Thread(target=call, args=(i,)) for i in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert errors == []


def taken(x, rows):
    return ri.take(x, rows, axis=0)


@pytest.mark.parametrize("bad", [4, -5, 10**12, -(10**12)])
@pytest.mark.parametrize(
    "derived",
    [lambda i: i, lambda i: i + 0, lambda i: i[::-1]],
    ids=["given", "computed", "a view"],
)
def test_a_row_that_is_not_there_is_the_ops_own_error(bad, derived):
    rows = np.array([0, bad, 1])
    compiled = ri.compile(lambda x, i: taken(x, derived(i)))
    needed = f"index {bad} is out of range for axis 0 of shape \\(4, 6\\)"

    for run in (compiled, taken):
        with pytest.raises(IndexRangeError, match=needed):
            run(ri.tensor(X), ri.tensor(rows))
    np.testing.assert_array_equal(
        compiled(X, np.array([3, -4])).numpy().sum(), X[[3, 0]].sum()
    )


def test_a_number_too_large_for_an_index_reads_nothing():
    compiled = ri.compile(taken)

    with pytest.raises(IndexRangeError):
        compiled(X, np.array([2**64 - 1], np.uint64))


@pytest.mark.parametrize("bad", [6, -1, 10**12])
def test_a_label_that_is_not_there_is_the_ops_own_error(bad):
    compiled = ri.compile(ri.softmax_cross_entropy)

    for run in (compiled, ri.softmax_cross_entropy):
        with pytest.raises(RangeError, match=f"labels must lie in .*, {bad} came"):
            run(ri.tensor(X), ri.tensor(np.array([0, 1, bad, 2])))


def test_a_constant_that_is_out_of_range_is_an_error_when_it_is_compiled():
    with pytest.raises(IndexRangeError):
        ri.compile(lambda x: taken(x, np.array([4])))(X)


def test_compiled_functions_are_functions_for_derivatives_and_for_each_other():
    inner = ri.compile(lambda x: ri.sum(ri.sin(x) * x))
    needed = np.cos(X) * X + np.sin(X)

    for gradient in (
        ri.grad(inner),
        ri.compile(ri.grad(inner)),
        ri.grad(ri.compile(inner)),
        ri.compile(ri.compile(ri.grad(inner))),
    ):
        np.testing.assert_allclose(gradient(ri.tensor(X)), needed, atol=TOLERANCE)


@pytest.mark.filterwarnings("ignore:compile")
def test_the_last_kind_of_arguments_is_not_taken_for_another():
    compiled = ri.compile(lambda tree, scale: ri.tree.map(lambda x: x * scale, tree))
    trees = [{"a": X}, {"b": X}, [X], (X,), {"a": X.astype(np.float32)}, {"a": X[:2]}]

    for _ in range(2):
        for tree in trees:
            for scale in (2.0, 3.0):
                came = compiled(tree, scale)
                assert ri.tree.flatten(came)[1] == ri.tree.flatten(tree)[1]
                for x, y in zip(
                    ri.tree.flatten(came)[0], ri.tree.flatten(tree)[0], strict=True
                ):
                    assert x.dtype == y.dtype
                    np.testing.assert_allclose(x, y * scale, rtol=1e-6)


def test_what_came_the_last_time_is_known_by_sight(monkeypatch):
    compiled = ri.compile(lambda tree, n, how: tree["x"] * n if how == "times" else n)
    compiled({"x": ri.tensor(X)}, 2.0, "times")
    monkeypatch.setattr("reference_impl.core.tree.flatten", None)

    came = compiled({"x": ri.tensor(X + 1.0)}, 2.0, "times")

    np.testing.assert_array_equal(came, 2.0 * (X + 1.0))
    for other in ({"x": ri.tensor(X)}, 3.0, "times"), ({"x": X}, 2.0, "times"):
        with pytest.raises(TypeError, match="not callable"):
            compiled(*other)


SQUARE = X[:, :4].copy()

ALIKE = {
    "transposed": lambda x: x.T,
    "of another framework": lambda x: ri.from_dlpack(x.numpy()[::-1]),
    "an array": lambda x: x.numpy(),
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_is_like_the_last_may_lie_in_another_way(name):
    compiled, x = ri.compile(function), ri.tensor(SQUARE)
    compiled(x)
    given = ALIKE[name](x)

    came = compiled(given)

    needed = (np.tanh(given) * given).sum(axis=0)
    np.testing.assert_allclose(came, needed, rtol=0, atol=TOLERANCE)


def test_a_derivative_is_about_what_is_like_the_last():
    compiled, x = ri.compile(lambda x: ri.sum(x * x)), ri.tensor(X)

    for _ in range(2):
        compiled(x)
        np.testing.assert_array_equal(ri.grad(compiled)(x), 2.0 * X)


def test_what_was_freed_since_the_last_call_is_refused_by_name():
    compiled, x, y = ri.compile(lambda x, y: x + y), ri.tensor(X), ri.tensor(X)
    compiled(x, y)
    y.free()

    with pytest.raises(FreedError, match="<lambda>: the float64 tensor of shape"):
        compiled(x, y)


@pytest.mark.parametrize(
    "dtype", [ri.float16, ri.bfloat16, ri.int8, ri.uint32, ri.bool], ids=str
)
def test_dtypes_without_a_product_of_their_own_go_through_a_library(dtype):
    x = np.arange(12).reshape(3, 4).astype(dtype)
    compiled = ri.compile(lambda x: ri.concat([ri.sort(x, axis=1), x]))

    came = compiled(ri.tensor(x)).numpy()

    assert came.dtype == dtype
    np.testing.assert_array_equal(
        came.astype(float), np.concatenate([np.sort(x, axis=1), x]).astype(float)
    )
