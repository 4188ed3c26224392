import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

X = np.random.default_rng(0).permutation(24).reshape(2, 3, 4).astype(float)

each_extreme = pytest.mark.parametrize("name", ["max", "min"])
each_position = pytest.mark.parametrize("name", ["argmax", "argmin"])
each_dtype = pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint64", "float16", "bfloat16", "float32"]
)


@each_extreme
@each_dtype
def test_an_extreme_has_the_dtype_of_the_elements(name, dtype):
    x = ri.tensor([0, 1], dtype=dtype)
    came = getattr(ri, name)(x)

    assert (came.dtype, came.item()) == (x.dtype, name == "max")


@each_position
@each_dtype
def test_a_position_is_an_int64(name, dtype):
    came = getattr(ri, name)(ri.tensor([0, 1], dtype=dtype))

    assert (came.dtype, came.item()) == (ri.int64, name == "argmax")


@each_position
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_a_position_along_any_axis_is_that_of_numpy(name, axis, keepdims):
    came = getattr(ri, name)(ri.tensor(X), axis=axis, keepdims=keepdims)

    needed = getattr(np, name)(X, axis=axis, keepdims=keepdims)
    np.testing.assert_array_equal(came, needed, strict=True)


def test_the_first_of_equal_elements_is_found():
    assert ri.argmax(ri.tensor([1.0, 3.0, 3.0, 2.0])).item() == 1
    assert ri.argmin(ri.tensor([3.0, 1.0, 1.0, 2.0])).item() == 1


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_what_is_not_a_number_wins_always(dtype):
    x = ri.tensor([1.0, math.nan, math.inf, -math.inf], dtype=dtype)

    assert math.isnan(ri.max(x).item())
    assert math.isnan(ri.min(x).item())
    assert ri.argmax(x).item() == ri.argmin(x).item() == 1


@pytest.mark.parametrize("name", ["argmax", "argmin", "max", "min"])
def test_no_elements_have_no_extreme(name, run):
    message = rf"^{name}: at least one element along axis 0 is needed, .* \(0, 3\)"
    with pytest.raises(ShapeError, match=message):
        run(lambda x: getattr(ri, name)(x, axis=0))(ri.zeros((0, 3)))


@pytest.mark.parametrize("name", ["argmax", "argmin", "max", "min"])
def test_no_lines_have_no_extremes(name):
    assert getattr(ri, name)(ri.zeros((0, 3)), axis=1).shape == (0,)


@pytest.mark.parametrize("name", ["argmax", "argmin", "max", "min"])
def test_complex_numbers_have_no_order(name):
    with pytest.raises(DtypeError, match=rf"^{name}: .*complex64 came"):
        getattr(ri, name)(ri.tensor([1j]))


@each_position
def test_an_axis_that_is_not_there_is_refused(name):
    with pytest.raises(ShapeError, match=rf"^{name}: axis 3 is out of range"):
        getattr(ri, name)(ri.tensor(X), axis=3)


@each_extreme
def test_elements_that_tie_share_the_derivative(name):
    sign = 1 if name == "max" else -1
    x = sign * np.array([[2.0, 2.0, 1.0], [0.0, 3.0, 1.0]])

    came = ri.grad(lambda x: ri.sum(getattr(ri, name)(x, axis=1)))(ri.tensor(x))

    assert came.tolist() == [[0.5, 0.5, 0], [0, 1, 0]]


@each_extreme
def test_the_derivative_of_a_tie_is_the_same_forward(name):
    ones, tangent = ri.ones(4), ri.tensor([1.0, 2.0, 3.0, 6.0])

    _, came = ri.jvp(getattr(ri, name), [ones], [tangent])

    assert came.item() == 3


@each_extreme
def test_more_ties_than_float16_counts_share_the_derivative(name):
    function, x = getattr(ri, name), ri.ones(70_000, dtype="float16")

    gradient = ri.grad(function)(x)
    _, tangent = ri.jvp(function, [x], [x])

    assert (gradient.dtype, tangent.dtype) == (ri.float16, ri.float16)
    np.testing.assert_array_equal(gradient, np.full(70_000, 1 / 70_000, np.float16))
    assert tangent.item() == 1


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_the_derivative_of_what_is_not_a_number_is_none_either():
    came = ri.grad(ri.max)(ri.tensor([math.nan, 1.0]))

    assert np.isnan(came).all()


def test_a_second_derivative_of_a_maximum_is_that_of_the_chosen_element():
    def squared(x):
        return ri.max(x, axis=0) * ri.max(x, axis=0)

    came = ri.grad(lambda x: ri.grad(squared)(x)[1])(ri.tensor([1.0, 5.0, 2.0]))

    assert came.tolist() == [0, 2, 0]
