import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

RNG = np.random.default_rng(0)
SEQUENCE = ri.tensor([[[1.0, 5.0, 2.0, 4.0, 3.0]]])

POOLS = [
    nn.MaxPool(2),
    nn.MaxPool(2, stride=3, ceil_mode=True),
    nn.AvgPool(2),
    nn.AvgPool(2, stride=3, ceil_mode=True),
    nn.AdaptiveMaxPool(2),
    nn.AdaptiveMaxPool(3),
    nn.AdaptiveAvgPool(2),
    nn.AdaptiveAvgPool(3),
    nn.GlobalMaxPool(),
    nn.GlobalAvgPool(),
]
each_pool = pytest.mark.parametrize("pool", POOLS, ids=str)


def test_windows_that_do_not_fit_are_left_out_or_cut_off():
    assert nn.MaxPool(2)(SEQUENCE).tolist() == [[[5.0, 4.0]]]
    assert nn.MaxPool(2, ceil_mode=True)(SEQUENCE).tolist() == [[[5.0, 4.0, 3.0]]]
    assert nn.AvgPool(2)(SEQUENCE).tolist() == [[[3.0, 3.0]]]
    assert nn.AvgPool(2, ceil_mode=True)(SEQUENCE).tolist() == [[[3.0, 3.0, 3.0]]]


def test_padding_counts_and_what_a_window_lacks_beyond_it_does_not():
    pool = nn.AvgPool(4, padding=1, ceil_mode=True)  # windows 0 1 5 2 and 4 3 0
    np.testing.assert_allclose(pool(SEQUENCE).numpy(), [[[2, 7 / 3]]], rtol=1e-7)

    pool = nn.AvgPool(4, padding=1, ceil_mode=True, count_include_pad=False)
    np.testing.assert_allclose(pool(SEQUENCE).numpy(), [[[8 / 3, 3.5]]], rtol=1e-7)


def test_no_window_begins_behind_the_image():
    x = ri.ones((1, 1, 4))

    assert nn.MaxPool(1, stride=3, ceil_mode=True)(x).shape == (1, 1, 2)
    assert nn.MaxPool(2, stride=4, padding=1, ceil_mode=True)(x).shape == (1, 1, 2)
    assert nn.MaxPool(1, stride=5, ceil_mode=True)(x).shape == (1, 1, 1)


def test_a_window_larger_than_the_image_is_cut_off():
    assert nn.MaxPool(7, ceil_mode=True)(SEQUENCE).tolist() == [[[5.0]]]
    with pytest.raises(ri.ShapeError, match="the padded image has"):
        nn.MaxPool(7)(SEQUENCE)


def test_global_pools_take_all_of_a_channel():
    x = ri.reshape(ri.arange(12, dtype=ri.float32), (1, 2, 2, 3))

    assert nn.GlobalAvgPool()(x).tolist() == [[2.5, 8.5]]
    assert nn.GlobalMaxPool()(x).tolist() == [[5.0, 11.0]]


def test_equal_largest_elements_of_a_channel_share_the_gradient():
    x = ri.tensor([[[2.0, 1.0, 2.0]]])

    grad = ri.grad(lambda x: ri.sum(nn.GlobalMaxPool()(x)))(x)
    assert grad.tolist() == [[[0.5, 0.0, 0.5]]]


@each_pool
def test_an_empty_batch_has_an_empty_result(pool):
    out = pool(ri.ones((0, 3, 4, 6)))

    assert out.shape[:2] == (0, 3)


@each_pool
@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16, ri.float32, ri.float64])
def test_the_dtype_is_kept(pool, dtype):
    x = ri.tensor(RNG.integers(-8, 8, (2, 3, 5, 7))).astype(dtype)

    out = pool(x)
    assert out.dtype == dtype
    expected = pool(x.astype(ri.float64)).numpy()
    # A few roundings to 8 bits, bfloat16's, of sums of elements up to 8.
    np.testing.assert_allclose(
        out.astype(ri.float64).numpy(), expected, rtol=2**-6, atol=2**-6
    )


@each_pool
def test_compiled_as_eager(pool):
    x = ri.tensor(RNG.standard_normal((2, 3, 5, 7)))

    def loss(x):
        return ri.sum(pool(x) ** 2)

    eager, compiled = ri.grad(loss)(x), ri.compile(ri.grad(loss))(x)
    np.testing.assert_allclose(compiled.numpy(), eager.numpy(), atol=1e-14)


@each_pool
def test_an_input_without_image_axes_is_refused(pool):
    with pytest.raises(ri.ShapeError, match=r"\(N, C, ...\) with"):
        pool(ri.ones((3, 4)))
    with pytest.raises(ri.ShapeError, match=r"at least one image axis.* x is \(3,\)"):
        pool(ri.ones(3))


def test_integers_are_pooled_by_their_largest_only():
    x = SEQUENCE.astype(ri.int32)

    assert nn.MaxPool(2)(x).tolist() == [[[5, 4]]]
    assert nn.AdaptiveMaxPool(3)(x).tolist() == [[[5, 5, 4]]]
    with pytest.raises(ri.DtypeError, match="MaxPool: ceil_mode: floating-point"):
        nn.MaxPool(2, ceil_mode=True)(x)
    with pytest.raises(ri.DtypeError, match="AdaptiveAvgPool: floating-point"):
        nn.AdaptiveAvgPool(2)(x)
