import math

import numpy as np
import pytest

import reference_impl as ri

# The series err by 1.5 and 3.5 units in the last place; `math` by 1 and by 2.
TOLERANCE_ULPS = {"erf": 2, "erfc": 4}

# Every size of element: uniform ones between, at and beyond the grid, powers of ten
# down to the least positive number, and where the complement leaves the normal range.
RANDOM = np.random.default_rng(7).uniform
POINTS = np.concatenate(
    [
        np.linspace(-7, 7, 20_001),
        RANDOM(-1 / 32, 1 / 32, 5_000),
        RANDOM(-1, 30, 10_000),
        10 ** RANDOM(-323, 0, 5_000),
        np.arange(-500, 500) / 128,
    ]
)

each_function = pytest.mark.parametrize("name", ["erf", "erfc"])


def answers(name, x):
    return np.array([getattr(math, name)(v) for v in x.tolist()])


@each_function
def test_every_element_is_exact_to_a_few_units_in_the_last_place(name):
    came = getattr(ri, name)(ri.tensor(POINTS)).numpy()

    np.testing.assert_array_max_ulp(came, answers(name, POINTS), TOLERANCE_ULPS[name])


@each_function
def test_narrow_floats_are_rounded_once(name):
    x = POINTS[np.abs(POINTS) > 1e-6].astype(np.float32)

    for dtype in (ri.float16, ri.bfloat16, ri.float32):
        narrow = ri.tensor(x).astype(dtype)
        came = getattr(ri, name)(narrow)
        needed = answers(name, narrow.numpy().astype(np.float64))
        assert came.dtype == dtype
        # An answer that lies half-way between two floats may fall to either side.
        unequal = came.numpy() != needed.astype(dtype)
        assert unequal.mean() < 1e-3


@pytest.mark.filterwarnings("error")
def test_limits_and_signed_zeros_are_exact():
    x = ri.tensor([-np.inf, -0.0, 0.0, np.inf, np.nan], dtype="float64")

    erf, erfc = ri.erf(x).numpy(), ri.erfc(x).numpy()

    np.testing.assert_array_equal(erf, [-1, 0, 0, 1, np.nan])
    np.testing.assert_array_equal(np.signbit(erf[:4]), [True, True, False, False])
    np.testing.assert_array_equal(erfc, [2, 1, 1, 0, np.nan])


@each_function
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (3, 5000)], ids=str)
def test_any_shape_is_evaluated_element_by_element(name, shape):
    x = np.linspace(-3, 3, math.prod(shape)).reshape(shape)

    came = getattr(ri, name)(ri.tensor(x))

    assert came.shape == shape
    np.testing.assert_allclose(
        came, answers(name, x.ravel()).reshape(shape), rtol=1e-15
    )


def test_the_order_of_the_elements_in_memory_does_not_matter():
    x = np.linspace(-3, 3, 12).reshape(3, 4)

    np.testing.assert_array_equal(ri.erf(ri.tensor(x).T), ri.erf(ri.tensor(x)).T)


def test_the_derivatives_are_bells():
    x = ri.tensor([0.0, 1.0], dtype="float64")
    bell = 2 / math.sqrt(math.pi) * np.exp(-(x.numpy() ** 2))

    up = ri.grad(lambda x: ri.sum(ri.erf(x)))(x)
    down = ri.grad(lambda x: ri.sum(ri.erfc(x)))(x)

    np.testing.assert_allclose(up, bell, rtol=1e-15)
    np.testing.assert_allclose(down, -bell, rtol=1e-15)
