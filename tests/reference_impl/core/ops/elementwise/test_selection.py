import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError


def test_where_broadcasts_all_three_operands():
    condition, x, y = np.array([[True], [False]]), np.arange(3.0), np.float64(9)

    came = ri.where(ri.tensor(condition), ri.tensor(x), ri.tensor(y))

    np.testing.assert_array_equal(came, np.where(condition, x, y))


@pytest.mark.parametrize(
    "shapes",
    [
        [(2, 4096), (4096,), ()],
        [(2, 4096), (), (4096,)],
        [(), (4096,), (2, 1)],
        [(2, 1), (4096,), (2, 4096)],
        [(5000, 1), (1, 3), ()],
        [(64, 1), (1, 64), (64, 1)],
        [(), (2, 4096), ()],
    ],
    ids=str,
)
def test_many_elements_broadcast_as_few_do(run, shapes):
    rng = np.random.default_rng(0)
    condition, x, y = (rng.normal(size=shape) for shape in shapes)

    came = run(ri.where)(ri.tensor(condition > 0), ri.tensor(x), ri.tensor(y))

    np.testing.assert_array_equal(came, np.where(condition > 0, x, y), strict=True)


def test_the_gradient_of_where_sums_over_what_was_broadcast():
    condition = ri.tensor([[True, False, True], [False, True, True]])

    of_x, of_y = ri.grad(
        lambda x, y: ri.sum(ri.where(condition, x, y)), argnums=(0, 1)
    )(ri.tensor([1.0, 2.0, 3.0]), ri.tensor(5.0))

    np.testing.assert_array_equal(of_x, [1, 1, 2])
    assert of_y.item() == 2


def test_a_choice_between_numbers_lies_where_the_condition_lies(make_device):
    device = make_device(capacity_bytes=1 << 20)
    condition = ri.tensor([True, False], device=device)

    out = ri.where(condition, 0.0, -1.0)

    assert out.device is device
    np.testing.assert_array_equal(out.numpy(), [0, -1])


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


def test_choosing_the_operand_too_hides_an_infinite_slope(run):
    def guarded_inside(x):
        return ri.sum(ri.where(x > 0, ri.log(ri.where(x > 0, x, 1.0)), x))

    gradient = run(ri.grad(guarded_inside))
    second = run(ri.grad(lambda x: ri.sum(ri.grad(guarded_inside)(x))))

    np.testing.assert_array_equal(gradient(ZERO_AND_HALF), [1, 2])
    np.testing.assert_array_equal(second(ZERO_AND_HALF), [0, -4])


@pytest.mark.parametrize("function", [ri.maximum, ri.minimum])
def test_equal_elements_share_the_cotangent(function, run):
    gradient = run(ri.grad(lambda x, y: ri.sum(function(x, y)), argnums=(0, 1)))

    of_x, of_y = gradient(ri.tensor([1.0, 2.0, 3.0]), ri.tensor([2.0, 2.0, 2.0]))

    needed = [0, 0.5, 1] if function is ri.maximum else [1, 0.5, 0]
    np.testing.assert_array_equal(of_x, needed)
    np.testing.assert_array_equal(of_y, 1 - np.array(needed))


# Below, at, between, at and above the bounds -1 and 1.
AROUND = [-2.0, -1.0, 0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("low", "high", "needed", "slopes"),
    [
        (-1, 1, [-1, -1, 0.5, 1, 1], [0, 1, 1, 1, 0]),
        (-1.0, None, [-1, -1, 0.5, 1, 2], [0, 1, 1, 1, 1]),
        (None, 1.0, [-2, -1, 0.5, 1, 1], [1, 1, 1, 1, 0]),
        (None, None, AROUND, [1, 1, 1, 1, 1]),
        (1, -1, [-1, -1, -1, -1, -1], [0, 0, 0, 0, 0]),
    ],
)
def test_clip_has_slope_one_inside_and_at_its_bounds(low, high, needed, slopes, run):
    x = ri.tensor(AROUND)
    gradient = run(ri.grad(lambda x: ri.sum(ri.clip(x, low, high))))

    np.testing.assert_array_equal(ri.clip(x, low, high), needed)
    np.testing.assert_array_equal(gradient(x), slopes)


def test_a_bound_has_the_derivative_of_what_it_replaced():
    of_low, of_high = ri.grad(
        lambda low, high: ri.sum(ri.tensor(AROUND).clip(low, high)), argnums=(0, 1)
    )(ri.tensor(-1.0), ri.tensor([1.0, 1.0, 1.0, 1.0, 1.0]))

    assert of_low.item() == 1
    np.testing.assert_array_equal(of_high, [0, 0, 0, 0, 1])


def test_clip_keeps_the_dtype_of_what_it_clips():
    wide = ri.tensor(0.5, dtype="float64")

    assert ri.clip(ri.tensor([1.0, 2.0]), max=wide).dtype == ri.float32
    np.testing.assert_array_equal(ri.clip(ri.tensor([0, 5, 9]), 1, 6), [1, 5, 6])


def test_clip_broadcasts_its_bounds():
    came = ri.clip(ri.tensor([0.0, 5.0]), ri.tensor([[1.0], [2.0]]), 3)

    np.testing.assert_array_equal(came, [[1, 3], [2, 3]])


def test_clip_keeps_nan():
    assert np.isnan(ri.clip(ri.tensor(np.nan), -1, 1).item())


@pytest.mark.parametrize(
    ("x", "bound"), [([1, 2], 0.5), ([True], None), ([1j], None), ([1j], 1)]
)
def test_clip_refuses_what_cannot_be_compared(x, bound):
    with pytest.raises(DtypeError, match=r"^clip"):
        ri.clip(ri.tensor(x), bound)


def test_relu_has_slope_zero_at_zero(run):
    x = ri.tensor([-1.0, -0.0, 0.0, 2.0])
    gradient = run(ri.grad(lambda x: ri.sum(ri.relu(x))))

    np.testing.assert_array_equal(ri.relu(x), [0, 0, 0, 2])
    np.testing.assert_array_equal(gradient(x), [0, 0, 0, 1])


def test_relu_keeps_nan():
    assert np.isnan(ri.relu(ri.tensor(np.nan)).item())


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_a_cotangent_is_not_lost_where_an_operand_is_nan(name):
    function = getattr(ri, name)

    gradients = ri.grad(function, (0, 1))(ri.tensor(np.nan), ri.tensor(np.float64(2)))

    assert [g.item() for g in gradients] == [1, 1]
