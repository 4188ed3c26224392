import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("S", "count"), [(5, 1), (5, 2), (5, 3), (7, 5), (2, 5), (4, 4)]
)
def test_bins_begin_rounded_down_and_end_rounded_up(S, count):
    x = RNG.standard_normal((2, 3, S))
    edges = [(i * S // count, -(-(i + 1) * S // count)) for i in range(count)]
    bins = [x[..., begin:end] for begin, end in edges]

    means = np.stack([part.mean(-1) for part in bins], -1)
    largest = np.stack([part.max(-1) for part in bins], -1)
    given = ri.tensor(x)
    # Sums of at most seven numbers, in any order.
    np.testing.assert_allclose(
        nn.AdaptiveAvgPool(count)(given).numpy(), means, atol=1e-15
    )
    np.testing.assert_array_equal(nn.AdaptiveMaxPool(count)(given).numpy(), largest)


def test_bins_of_two_axes_are_boxes():
    x = ri.reshape(ri.arange(15, dtype=ri.float32), (1, 1, 3, 5))

    assert nn.AdaptiveAvgPool((2, 2))(x).tolist() == [[[[3.5, 5.5], [8.5, 10.5]]]]
    assert nn.AdaptiveMaxPool((3, 1))(x).tolist() == [[[[4.0], [9.0], [14.0]]]]


def test_the_first_of_equal_elements_of_a_bin_has_the_gradient():
    ones = ri.ones((1, 1, 3, 5))

    grad = ri.grad(lambda x: ri.sum(nn.AdaptiveMaxPool((1, 2))(x)))(ones)
    assert grad.tolist() == [[[[1, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]]]


def test_an_infinite_element_stays_in_its_bins():
    x = ri.tensor([[[math.inf, 1.0, 2.0, 3.0, 4.0]]])

    assert nn.AdaptiveAvgPool(3)(x).tolist() == [[[math.inf, 2.0, 3.5]]]
    assert nn.AdaptiveMaxPool(3)(-x).tolist() == [[[-1.0, -1.0, -3.0]]]


@pytest.mark.parametrize("pool", [nn.AdaptiveMaxPool(3), nn.AdaptiveAvgPool(3)])
def test_bins_without_elements_are_refused(pool):
    with pytest.raises(ri.ShapeError, match="elements along it"):
        pool(ri.ones((2, 3, 0)))
    with pytest.raises(ri.ShapeError, match="size: one integer"):
        type(pool)((2, 2, 2))(ri.ones((2, 3, 4, 4)))
