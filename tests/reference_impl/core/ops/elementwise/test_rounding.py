import numpy as np
import pytest

import reference_impl as ri


def test_halves_are_rounded_to_the_even_integer():
    x = ri.tensor([-1.5, -0.5, 0.5, 1.5, 2.5])

    np.testing.assert_array_equal(ri.round(x), [-2, -0.0, 0, 2, 2])


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "round"])
@pytest.mark.parametrize("dtype", [ri.uint8, ri.int64], ids=str)
def test_integers_are_round_already(name, dtype):
    x = ri.tensor([0, 1, 200]).astype(dtype)

    came = getattr(ri, name)(x)

    assert came.dtype == dtype
    np.testing.assert_array_equal(came, x)


def test_copysign_reads_the_sign_of_a_zero():
    came = ri.copysign(ri.tensor([2.0, -2.0]), ri.tensor([-0.0, 0.0]))

    np.testing.assert_array_equal(came, [-2, 2])


def test_the_slope_of_copysign_says_whether_the_sign_changed():
    x, y = ri.tensor([2.0, -2.0, 0.0]), ri.tensor([-1.0, -1.0, -1.0])

    gradient = ri.grad(lambda x: ri.sum(ri.copysign(x, y)))(x)

    np.testing.assert_array_equal(gradient, [-1, 1, 0])


def test_nextafter_finds_the_neighbour():
    x = ri.tensor([1.0, 0.0])

    came = ri.nextafter(x, ri.tensor([2.0, -1.0]))

    eps, least = np.finfo(np.float32).eps, np.finfo(np.float32).smallest_subnormal
    np.testing.assert_array_equal(came, np.array([1 + eps, -least], np.float32))
