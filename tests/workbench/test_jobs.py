import numpy as np
import pytest

from workbench.jobs import one_ulp_off


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_ulp_off_is_the_next_number_above_or_below(dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000).astype(dtype)

    near = one_ulp_off({"x": x}, rng)["x"]

    assert near.dtype == dtype
    assert (np.abs(near - x) == np.abs(np.spacing(np.minimum(abs(near), abs(x))))).all()
    assert 400 < (near > x).sum() < 600
