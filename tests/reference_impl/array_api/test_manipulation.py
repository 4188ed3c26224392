import numpy as np
import pytest

import reference_impl.array_api as xp


@pytest.mark.parametrize("axis", [-4, 3])
def test_a_position_that_is_not_there_is_an_index_error(axis):
    with pytest.raises(IndexError, match=r"^expand_dims: axis -?\d is out of range"):
        xp.expand_dims(xp.zeros((2, 3)), axis)


@pytest.mark.parametrize("copy", [None, True, False])
def test_another_shape_is_granted_with_or_without_a_copy(copy):
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]])

    came = xp.reshape(x.T, (4,), copy=copy)

    np.testing.assert_array_equal(came, [1, 3, 2, 4])
