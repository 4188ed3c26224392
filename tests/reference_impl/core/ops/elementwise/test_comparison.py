import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError


@pytest.mark.parametrize("name", ["logical_and", "logical_or", "logical_xor"])
@pytest.mark.parametrize("dtype", [bool, np.int32, np.float32, np.complex64])
def test_what_is_not_zero_counts_as_true(name, dtype):
    x, y = np.array([0, 0, 2, 2], dtype), np.array([0, 3, 0, 3], dtype)

    came = getattr(ri, name)(ri.tensor(x), ri.tensor(y))

    np.testing.assert_array_equal(came, getattr(np, name)(x, y))


def test_integers_are_finite_numbers():
    x = ri.tensor([1, -2])

    np.testing.assert_array_equal(ri.isfinite(x), [True, True])
    np.testing.assert_array_equal(ri.isnan(x), [False, False])
    np.testing.assert_array_equal(ri.isinf(x), [False, False])


def test_a_complex_number_is_nan_if_either_part_is():
    x = ri.tensor(np.array([1 + 1j, np.nan + 1j, complex(1, np.nan)]))

    np.testing.assert_array_equal(ri.isnan(x), [False, True, True])


def test_a_zero_has_a_sign():
    np.testing.assert_array_equal(ri.signbit(ri.tensor([-0.0, 0.0])), [True, False])


def test_complex_numbers_can_be_equal_but_not_greater():
    x = ri.tensor([1j, 2j])

    np.testing.assert_array_equal(x == ri.tensor([1j, 1j]), [True, False])
    with pytest.raises(DtypeError, match=r"^greater: .*complex64 came"):
        ri.greater(x, 1j)


def test_nothing_flows_through_a_comparison():
    gradient = ri.grad(lambda x: ri.sum((x > 1).astype("float32") * x))

    np.testing.assert_array_equal(gradient(ri.tensor([0.5, 2.0])), [0, 1])
