import numpy as np
import pytest

import reference_impl as ri
import reference_impl.array_api as xp
from reference_impl.core.errors import NoValueError

NUMBERS = np.array([[3.0, 1.0, 3.0], [-2.0, 1.0, 3.0]])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8", "complex64"])
def test_distinct_elements_are_those_of_numpy(dtype):
    x = ri.tensor(NUMBERS, dtype=dtype)

    came = xp.unique_all(x)

    values, indices, inverse, counts = np.unique(
        NUMBERS, return_index=True, return_inverse=True, return_counts=True
    )
    assert came.values.dtype == dtype
    np.testing.assert_array_equal(came.values.numpy().astype(complex), values)
    np.testing.assert_array_equal(came.indices, indices)
    np.testing.assert_array_equal(came.inverse_indices, inverse.reshape(x.shape))
    np.testing.assert_array_equal(came.counts, counts)


def test_the_parts_are_those_of_the_whole():
    x = ri.tensor(NUMBERS)
    whole = xp.unique_all(x)

    np.testing.assert_array_equal(xp.unique_values(x), whole.values)
    np.testing.assert_array_equal(xp.unique_counts(x).counts, whole.counts)
    np.testing.assert_array_equal(
        xp.unique_inverse(x).inverse_indices, whole.inverse_indices
    )


def test_no_number_equals_another():
    assert xp.unique_values(xp.asarray([xp.nan, 1.0, xp.nan])).size == 3


@pytest.mark.parametrize("x", [xp.asarray(3.0), xp.zeros((0, 2))], ids=["one", "none"])
def test_one_element_or_none_is_a_set_too(x):
    assert xp.unique_all(x).values.shape == (x.size,)
    assert xp.unique_all(x).inverse_indices.shape == x.shape


def test_the_derivative_reaches_the_first_of_equal_elements():
    gradient = ri.grad(lambda x: xp.sum(xp.unique_values(x) ** 2))

    assert gradient(ri.tensor([3.0, 1.0, 3.0])).tolist() == [6, 2, 0]


def test_how_many_there_are_is_not_known_while_a_function_is_captured():
    with pytest.raises(NoValueError, match=r"^unique_all: "):
        ri.compile(xp.unique_values)(ri.tensor(NUMBERS))
