import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError

ARITHMETIC = {
    "add": lambda x: x + x,
    "subtract": lambda x: x - x,
    "multiply": lambda x: x * x,
    "negative": lambda x: -x,
    "positive": lambda x: +x,
    "abs": abs,
}

each_operation = pytest.mark.parametrize("name", ARITHMETIC)


@each_operation
@pytest.mark.parametrize("dtype", [ri.int32, ri.int64], ids=str)
def test_arithmetic_on_integers_stays_integer(name, dtype):
    x = np.arange(-3, 4, dtype=dtype.type)

    came = ARITHMETIC[name](ri.tensor(x))

    assert came.dtype == dtype
    np.testing.assert_array_equal(came, ARITHMETIC[name](x))


@each_operation
def test_arithmetic_refuses_booleans(name, run):
    with pytest.raises(DtypeError, match=f"^{name}: .*bool"):
        run(ARITHMETIC[name])(ri.tensor([True, False]))


def test_positive_makes_no_copy():
    x = ri.tensor([1.0])

    assert +x is x


@pytest.mark.parametrize("dtype", [ri.int64, ri.float64], ids=str)
@pytest.mark.parametrize(("x", "y"), [(7, 2), (-7, 2), (7, -2), (-7, -2), (6, -3)])
def test_division_with_remainder_is_that_of_python(x, y, dtype):
    a, b = ri.tensor(x, dtype=dtype), ri.tensor(y, dtype=dtype)

    assert (a // b).item() == x // y
    assert (a % b).item() == x % y
    assert (x // b).item() == x // y
    assert (x % b).item() == x % y


def test_a_floor_quotient_is_that_of_the_numbers_that_are_there():
    # The float 0.1 is a little more than a tenth, so it fits into 1 only nine times.
    x, y = ri.tensor(1.0, dtype="float64"), ri.tensor(0.1, dtype="float64")

    assert (x // y).item() == 9
    assert ri.floor(x / y).item() == 10


@pytest.mark.parametrize("name", ["floor_divide", "remainder"])
def test_an_integer_divided_by_zero_gives_zero_and_a_warning(name):
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        came = getattr(ri, name)(ri.tensor([5, -5, 0]), 0)

    np.testing.assert_array_equal(came, [0, 0, 0])


def test_a_remainder_moves_against_its_divisor_by_the_floor_quotient():
    x, y = ri.tensor([7.0, -7.0, 7.0]), ri.tensor([2.0, 2.0, -2.0])

    of_x, of_y = ri.grad(lambda x, y: ri.sum(x % y), argnums=(0, 1))(x, y)

    np.testing.assert_array_equal(of_x, [1, 1, 1])
    np.testing.assert_array_equal(of_y, [-3, 4, 4])


@pytest.mark.parametrize("function", [lambda x: x // 2, ri.sign, ri.floor, ri.round])
def test_steps_have_derivative_zero(function):
    gradient = ri.grad(lambda x: ri.sum(function(x) * x))(ri.tensor([-1.5, 2.5]))

    np.testing.assert_array_equal(gradient, function(ri.tensor([-1.5, 2.5])))


def test_the_derivative_of_the_size_is_the_sign_and_zero_at_zero():
    x = ri.tensor([-2.0, -0.0, 0.0, 3.0])

    np.testing.assert_array_equal(ri.grad(lambda x: ri.sum(abs(x)))(x), [-1, 0, 0, 1])
