import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, RangeError, ShapeError

X = np.random.default_rng(0).normal(size=(2, 3, 4))

# A handful of operations in another order, in float64.
TOLERANCE = 1e-14

NUMPYS = {"cumulative_sum": np.cumsum, "cumulative_prod": np.cumprod}

each_total = pytest.mark.parametrize("name", NUMPYS)


def gradient(function, x):
    return ri.grad(function)(ri.tensor(x)).numpy()


@each_total
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_running_totals_are_those_of_numpy(name, axis):
    came = getattr(ri, name)(ri.tensor(X), axis=axis)

    np.testing.assert_allclose(came, NUMPYS[name](X, axis=axis), rtol=TOLERANCE)


@each_total
@pytest.mark.parametrize("shape", [(0,), (1,), (2, 3)])
def test_the_total_of_nothing_can_come_first(name, shape):
    x = np.arange(2.0, 2 + np.prod(shape)).reshape(shape)
    came = getattr(ri, name)(ri.tensor(x), axis=-1, include_initial=True)

    first = np.full((*shape[:-1], 1), 0.0 if name == "cumulative_sum" else 1.0)
    needed = np.concatenate([first, NUMPYS[name](x, axis=-1)], axis=-1)
    np.testing.assert_array_equal(came, needed)


@each_total
def test_small_integers_and_booleans_become_wide_ones(name):
    function = getattr(ri, name)

    assert function(ri.tensor([True, False])).dtype == ri.int64
    assert function(ri.tensor([1, 2], dtype="uint8")).dtype == ri.uint64
    assert function(ri.tensor([1, 2], dtype="int8"), dtype="float32").dtype == "float32"


@each_total
def test_the_axis_must_be_said_unless_there_is_only_one(name):
    function = getattr(ri, name)

    assert function(ri.ones(3)).shape == (3,)
    with pytest.raises(ShapeError, match=rf"^{name}: .*one axis is needed.*\(2, 3\)"):
        function(ri.ones((2, 3)))


@each_total
def test_an_axis_out_of_range_is_refused(name):
    with pytest.raises(ShapeError, match=rf"^{name}: axis 2 is out of range"):
        getattr(ri, name)(ri.ones((2, 3)), axis=2)


def test_halves_are_added_in_float32():
    x = ri.ones(4000, dtype="float16")

    assert ri.cumulative_sum(x)[-1].item() == 4000


def test_the_transpose_of_a_running_sum_runs_from_the_other_end():
    weights = np.array([1.0, 10.0, 100.0])

    came = gradient(lambda x: ri.sum(ri.cumulative_sum(x) * weights), [0.0, 0.0, 0.0])

    assert came.tolist() == [111, 110, 100]


def test_diff_undoes_a_running_sum():
    totals = ri.cumulative_sum(ri.tensor(X), axis=1, include_initial=True)

    np.testing.assert_allclose(ri.diff(totals, axis=1), X, atol=TOLERANCE)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4])
def test_diff_can_be_repeated(n):
    came = ri.diff(ri.tensor(X), axis=1, n=n)

    np.testing.assert_array_equal(came, np.diff(X, axis=1, n=n))


def test_diff_can_take_more_elements():
    first, last = X[..., :1], X[..., 1:3]

    came = ri.diff(ri.tensor(X), prepend=first, append=last)

    np.testing.assert_array_equal(came, np.diff(X, prepend=first, append=last))


def test_a_negative_number_of_differences_is_refused():
    with pytest.raises(RangeError, match=r"^diff: n must not be negative, -1 came"):
        ri.diff(ri.ones(3), n=-1)


@pytest.mark.parametrize("n", [4, 5, 10**9])
def test_of_as_many_differences_as_elements_nothing_is_left(n):
    assert ri.diff(ri.tensor(X), axis=1, n=n).shape == np.diff(X, axis=1, n=9).shape


@pytest.mark.parametrize("junk", [1.5, "a", [1]])
def test_the_number_of_differences_must_be_an_integer(junk):
    with pytest.raises(DtypeError, match=r"^diff: n must be an integer, .* came$"):
        ri.diff(ri.ones(3), n=junk)
