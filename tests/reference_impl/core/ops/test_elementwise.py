import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

SPECIAL = np.array([-np.inf, -1.0, -0.0, 0.0, 1.0, np.inf, np.nan])

ARITHMETIC = {
    "add": lambda x: x + x,
    "subtract": lambda x: x - x,
    "multiply": lambda x: x * x,
    "negative": lambda x: -x,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "name", ["add", "subtract", "multiply", "divide", "equal", "greater", "less"]
)
def test_infinities_signed_zeros_and_nan_follow_numpy(name):
    x, y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))

    came = getattr(ri, name)(ri.tensor(x), ri.tensor(y)).numpy()

    assert came.tobytes() == getattr(np, name)(x, y).tobytes()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["exp", "log", "negative"])
def test_special_values_of_one_operand_follow_numpy(name):
    came = getattr(ri, name)(ri.tensor(SPECIAL)).numpy()

    np.testing.assert_array_equal(came, getattr(np, name)(SPECIAL))


@pytest.mark.parametrize("name", ARITHMETIC)
@pytest.mark.parametrize("dtype", [ri.int32, ri.int64], ids=str)
def test_arithmetic_on_integers_stays_integer(name, dtype):
    x = np.arange(-3, 4, dtype=dtype.type)

    came = ARITHMETIC[name](ri.tensor(x))

    assert came.dtype == dtype
    np.testing.assert_array_equal(came, ARITHMETIC[name](x))


@pytest.mark.parametrize("name", ARITHMETIC)
@pytest.mark.parametrize("run", [lambda f: f, ri.compile], ids=["eager", "compiled"])
def test_arithmetic_refuses_booleans(name, run):
    with pytest.raises(DtypeError, match=f"^{name}: .*bool"):
        run(ARITHMETIC[name])(ri.tensor([True, False]))


@pytest.mark.parametrize("source", ["bool", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("target", ["bool", "int32", "int64", "float32", "float64"])
def test_astype_converts_as_numpy_does(source, target):
    x = np.array([0.0, 1.0, 2.75, 100.25]).astype(source)

    came = ri.tensor(x).astype(target)

    assert came.dtype == target
    np.testing.assert_array_equal(came, x.astype(target))


def test_nothing_flows_through_integers_in_either_direction():
    def floor_times(x):
        return x.astype("int64").astype("float32") * x

    x = ri.tensor([1.5, 2.5])
    gradient = ri.grad(lambda x: ri.sum(floor_times(x)))(x)
    _, t = ri.jvp(floor_times, (x,), (ri.tensor([10.0, 10.0]),))

    np.testing.assert_array_equal(gradient, [1, 2])
    np.testing.assert_array_equal(t, [10, 20])


def test_a_gradient_has_the_dtype_that_its_variable_had_before_conversion():
    gradient = ri.grad(lambda x: ri.sum(x.astype("float64") * 2))

    assert gradient(ri.tensor([1.0])).dtype == ri.float32


def test_where_broadcasts_all_three_operands():
    condition, x, y = np.array([[True], [False]]), np.arange(3.0), np.float64(9)

    came = ri.where(ri.tensor(condition), ri.tensor(x), ri.tensor(y))

    np.testing.assert_array_equal(came, np.where(condition, x, y))


def test_the_gradient_of_where_sums_over_what_was_broadcast():
    condition = ri.tensor([[True, False, True], [False, True, True]])

    of_x, of_y = ri.grad(
        lambda x, y: ri.sum(ri.where(condition, x, y)), argnums=(0, 1)
    )(ri.tensor([1.0, 2.0, 3.0]), ri.tensor(5.0))

    np.testing.assert_array_equal(of_x, [1, 1, 2])
    assert of_y.item() == 2


def test_where_promotes_its_choices():
    came = ri.where(True, ri.tensor(1.0), ri.tensor(2.0, dtype="float64"))

    assert came.dtype == ri.float64


@pytest.mark.parametrize("condition", [1, 1.0, [0, 1]])
def test_a_condition_that_is_not_boolean_is_refused(condition):
    with pytest.raises(DtypeError, match=r"^where: boolean elements are needed"):
        ri.where(condition, 1.0, 2.0)


def test_choices_that_do_not_fit_the_condition_are_refused():
    with pytest.raises(ShapeError, match=r"^where: "):
        ri.where(ri.tensor([True, False]), ri.ones(3), ri.zeros(3))


# Where x is 0, the logarithm has an infinite slope and is not taken.
ZERO_AND_HALF = ri.tensor([0.0, 0.5])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_where_alone_does_not_hide_an_infinite_slope_from_the_walk_down():
    def guarded_outside(x):
        return ri.sum(ri.where(x > 0, ri.log(x), x))

    np.testing.assert_array_equal(ri.grad(guarded_outside)(ZERO_AND_HALF), [np.nan, 2])


@pytest.mark.parametrize("run", [lambda f: f, ri.compile], ids=["eager", "compiled"])
def test_choosing_the_operand_too_hides_an_infinite_slope(run):
    def guarded_inside(x):
        return ri.sum(ri.where(x > 0, ri.log(ri.where(x > 0, x, 1.0)), x))

    gradient = run(ri.grad(guarded_inside))
    second = run(ri.grad(lambda x: ri.sum(ri.grad(guarded_inside)(x))))

    np.testing.assert_array_equal(gradient(ZERO_AND_HALF), [1, 2])
    np.testing.assert_array_equal(second(ZERO_AND_HALF), [0, -4])
