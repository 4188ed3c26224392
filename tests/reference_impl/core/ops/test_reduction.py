import math

import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

X = np.random.default_rng(0).normal(size=(2, 3, 4))

AXES = [None, 0, -1, (0, 2), [-1, 1], (0, 1, 2), ()]

# A handful of additions in another order, in float64.
TOLERANCE = 1e-14

NAMES = ["all", "any", "count_nonzero", "max", "mean", "min", "prod", "sum"]

each_reduction = pytest.mark.parametrize("name", NAMES)
each_half = pytest.mark.parametrize("half", [ri.float16, ri.bfloat16], ids=str)


def gradient(function, x):
    return ri.grad(function)(ri.tensor(x)).numpy()


@each_reduction
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_a_reduction_over_any_axes_is_that_of_numpy(name, axis, keepdims):
    came = getattr(ri, name)(ri.tensor(X), axis=axis, keepdims=keepdims)

    axes = tuple(axis) if isinstance(axis, list) else axis
    needed = getattr(np, name)(X, axis=axes, keepdims=keepdims)
    assert came.shape == needed.shape
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@each_reduction
def test_a_tensor_without_axes_is_its_own_reduction(name):
    came = getattr(ri, name)(ri.tensor(3.0), keepdims=True)

    assert (came.shape, came.item()) == ((), getattr(np, name)(3.0))


@each_reduction
@pytest.mark.parametrize("axis", [3, -4, (0, 0), (1, -2)], ids=str)
def test_an_axis_that_is_not_there_or_named_twice_is_refused(name, axis):
    with pytest.raises(ShapeError, match=f"^{name}: "):
        getattr(ri, name)(ri.tensor(X), axis=axis)


@pytest.mark.parametrize("name", ["mean", "prod", "sum", "max", "min"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_a_reduction_keeps_a_floating_dtype(name, dtype):
    x = ri.tensor(X, dtype=dtype)

    assert getattr(ri, name)(x).dtype == ri.tensor(0, dtype=dtype).dtype


@pytest.mark.parametrize("name", ["prod", "sum"])
@pytest.mark.parametrize(
    ("dtype", "widest"),
    [
        ("bool", "int64"),
        ("int8", "int64"),
        ("int32", "int64"),
        ("int64", "int64"),
        ("uint8", "uint64"),
        ("uint64", "uint64"),
    ],
)
def test_integers_and_booleans_are_combined_in_the_widest_type(name, dtype, widest):
    came = getattr(ri, name)(ri.tensor(np.ones(300, dtype)))

    assert (came.dtype, came.item()) == (widest, 300 if name == "sum" else 1)


@pytest.mark.parametrize("name", ["prod", "sum"])
def test_elements_can_be_converted_first(name):
    came = getattr(ri, name)(ri.tensor([1.5, 2.5]), dtype="int32")

    assert (came.dtype, came.item()) == ("int64", 3 if name == "sum" else 2)


def test_integers_have_no_mean():
    with pytest.raises(DtypeError, match=r"^mean: .*int64 came"):
        ri.mean(ri.tensor([1, 2]))


@pytest.mark.parametrize(
    ("name", "needed"),
    [("sum", 0), ("prod", 1), ("any", False), ("all", True), ("count_nonzero", 0)],
)
def test_what_is_made_of_no_elements(name, needed):
    came = getattr(ri, name)(ri.zeros((0, 3)), axis=0)

    assert came.tolist() == [needed] * 3


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_the_mean_of_nothing_is_not_a_number():
    assert math.isnan(ri.mean(ri.zeros(0)).item())


def test_what_is_not_a_number_is_not_zero():
    x = ri.tensor([math.nan, 0.0, -0.0, 1e-45])

    assert ri.count_nonzero(x).item() == 2
    assert ri.any(x[:1]).item()
    assert not ri.all(x[1:2]).item()


@each_half
def test_halves_are_added_in_float32_and_rounded_once(half):
    # In half precision the sum would stay at 2048 or 256: the next number is 2 further.
    x = ri.ones(4000, dtype=half)

    assert ri.sum(x).item() == ri.tensor(4000, dtype=half).item()


def test_a_mean_of_halves_exists_where_their_sum_overflows():
    x = ri.full(70_000, 8.0, dtype="float16")

    assert ri.mean(x).item() == 8


def test_the_gradient_of_a_mean_shares_evenly():
    came = gradient(lambda x: ri.sum(ri.mean(x, axis=1)), X)

    np.testing.assert_allclose(came, np.full(X.shape, 1 / 3))


@each_half
def test_the_gradient_of_a_mean_of_many_halves_is_not_lost(half):
    # Neither dtype holds the count, and float16 none that is as large.
    came = ri.grad(ri.mean)(ri.full(70_000, 1.0, dtype=half))

    assert came.dtype == half
    np.testing.assert_array_equal(came, ri.full(70_000, 1 / 70_000, dtype=half))


def test_reductions_work_on_symbols():
    def reduced(x):
        return [getattr(ri, name)(x, axis=(0, 2)) for name in NAMES]

    assert_as_eager(ri.compile(reduced)(ri.tensor(X)), reduced(ri.tensor(X)))
