"""Cross-entropy of rows as machine code, for few classes and for many."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.kernels import cross_entropy

RNG = np.random.default_rng(0)
TOLERANCE = {ri.float32: 1e-6, ri.float64: 1e-14}  # of the largest logit: a few ulps


@pytest.mark.parametrize("C", [1, 2, 7, 16, 17, 300])
@pytest.mark.parametrize("dtype", [ri.float32, ri.float64], ids=str)
def test_a_row_of_any_length_has_the_loss_and_slope_of_the_formula(C, dtype):
    x = (5 * RNG.normal(size=(9, C))).astype(dtype)
    labels = RNG.integers(C, size=9)

    loss, slope = ri.compile(
        ri.value_and_grad(lambda x: ri.sum(ri.softmax_cross_entropy(x, labels)))
    )(x)

    wide = x.astype(np.float64)
    powers = np.exp(wide - wide.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    needed = -np.log(chances[np.arange(9), labels]).sum()
    scale = np.abs(x).max()
    np.testing.assert_allclose(loss, needed, rtol=0, atol=9 * TOLERANCE[dtype] * scale)
    needed = chances - np.eye(C)[labels]
    np.testing.assert_allclose(slope, needed, rtol=0, atol=TOLERANCE[dtype] * scale)


def test_one_source_serves_all_shapes_of_a_dtype():
    one, same = (cross_entropy.loss(ri.float32, ri.int64) for _ in range(2))
    others = {
        cross_entropy.loss(ri.float64, ri.int64).name,
        cross_entropy.loss(ri.float32, ri.int32).name,
        cross_entropy.surplus(ri.float32, ri.int64).name,
    }

    assert one == same
    assert len({one.name} | others) == 4
