import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError

INFIX = {
    "bitwise_and": lambda x, y: x & y,
    "bitwise_or": lambda x, y: x | y,
    "bitwise_xor": lambda x, y: x ^ y,
    "bitwise_left_shift": lambda x, y: x << y,
    "bitwise_right_shift": lambda x, y: x >> y,
}
LOGICAL = ["bitwise_and", "bitwise_or", "bitwise_xor"]


@pytest.mark.parametrize("name", INFIX)
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_infix_operators_on_integers_are_those_of_numpy(name, dtype):
    x, y = np.array([0, 1, 77, 127], dtype), np.array([3, 1, 0, 7], dtype)

    came = INFIX[name](ri.tensor(x), ri.tensor(y))

    assert came.dtype == dtype
    np.testing.assert_array_equal(came, INFIX[name](x, y))
    np.testing.assert_array_equal(INFIX[name](3, ri.tensor(y)), INFIX[name](3, y))


@pytest.mark.parametrize("name", LOGICAL)
def test_bits_of_booleans_are_the_booleans(name):
    x, y = np.array([True, True, False, False]), np.array([True, False, True, False])

    came = INFIX[name](ri.tensor(x), ri.tensor(y))

    assert came.dtype == ri.bool
    np.testing.assert_array_equal(came, INFIX[name](x, y))


@pytest.mark.parametrize("x", [[True, False], [0, 5, -1]])
def test_inversion_is_that_of_numpy(x):
    np.testing.assert_array_equal(~ri.tensor(x), ~np.array(x))


def test_a_shift_to_the_right_keeps_the_sign():
    assert (ri.tensor(-7) >> 1).item() == -4


@pytest.mark.parametrize("name", LOGICAL)
def test_floating_point_numbers_have_no_bits_to_combine(name):
    with pytest.raises(DtypeError, match=f"^{name}: boolean or integer elements are"):
        INFIX[name](ri.tensor([1.0]), ri.tensor([2.0]))


def test_floating_point_numbers_are_not_inverted():
    with pytest.raises(DtypeError, match=r"^bitwise_invert: integer elements are need"):
        ri.bitwise_invert(ri.tensor([1.0]))


def test_booleans_are_not_shifted():
    with pytest.raises(DtypeError, match=r"^bitwise_left_shift: integer elements are"):
        ri.tensor([True]) << ri.tensor([True])
