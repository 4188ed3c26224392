import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

RNG = np.random.default_rng(0)
INF, NAN = float("inf"), float("nan")


def each(number, n):
    return (number,) * n if isinstance(number, int) else number


def pooled(x, reduce, fill, size, *, stride=None, padding=0, dilation=1):
    """The definition: every window of a padded image, one after the other."""
    n = x.ndim - 2
    sizes, steps = each(size, n), each(dilation, n)
    strides = sizes if stride is None else each(stride, n)
    pads = [(0, 0), (0, 0), *(each(p, 2) for p in each(padding, n))]
    x = np.pad(x, pads, constant_values=fill)
    counts = [
        (S - (K - 1) * d - 1) // s + 1
        for S, K, s, d in zip(x.shape[2:], sizes, strides, steps, strict=True)
    ]
    out = np.empty((*x.shape[:2], *counts), x.dtype)
    for place in np.ndindex(*counts):
        box = tuple(
            slice(o * s, o * s + (K - 1) * d + 1, d)
            for o, s, K, d in zip(place, strides, sizes, steps, strict=True)
        )
        out[:, :, *place] = reduce(x[:, :, *box], axis=tuple(range(2, n + 2)))
    return out


CASES = [
    ((2, 3, 6), 2, {}),
    ((2, 3, 7), 3, {"stride": 1}),
    ((2, 3, 5, 6), 2, {}),
    ((2, 3, 5, 6), (3, 2), {"stride": (1, 2)}),
    ((2, 3, 5, 6), 3, {"stride": 2, "padding": 1}),
    ((2, 3, 5, 6), 3, {"padding": ((1, 0), (0, 1))}),
    ((2, 3, 5, 6), 1, {}),
    ((1, 2, 3, 4, 4), 2, {"stride": 1}),
    ((0, 3, 5, 6), 2, {}),
]


@pytest.mark.parametrize(("shape", "size", "attrs"), CASES, ids=str)
def test_the_largest_element_of_every_window_is_taken(shape, size, attrs):
    x = RNG.normal(size=shape)

    came = ri.max_pool(ri.tensor(x), size, **attrs)

    np.testing.assert_array_equal(came, pooled(x, np.max, -INF, size, **attrs))


def test_windows_of_the_largest_element_may_be_dilated():
    x = RNG.normal(size=(2, 3, 6, 7))

    came = ri.max_pool(ri.tensor(x), 2, stride=1, padding=1, dilation=(2, 3))

    needed = pooled(x, np.max, -INF, 2, stride=1, padding=1, dilation=(2, 3))
    np.testing.assert_array_equal(came, needed)


@pytest.mark.parametrize(("shape", "size", "attrs"), CASES, ids=str)
def test_the_mean_of_every_window_is_taken(shape, size, attrs):
    x = RNG.normal(size=shape)

    came = ri.avg_pool(ri.tensor(x), size, **attrs)

    needed = pooled(x, np.mean, 0, size, **attrs)
    np.testing.assert_allclose(came, needed, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("shape", "size", "attrs"), CASES, ids=str)
def test_the_mean_may_be_over_the_elements_of_the_image_only(shape, size, attrs):
    x = RNG.normal(size=shape)

    came = ri.avg_pool(ri.tensor(x), size, **attrs, count_include_pad=False)

    needed = pooled(x, np.nanmean, NAN, size, **attrs)
    np.testing.assert_allclose(came, needed, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("pool", [ri.max_pool, ri.avg_pool], ids=["max", "avg"])
@pytest.mark.parametrize(("shape", "size", "attrs"), CASES, ids=str)
def test_a_captured_pooling_is_the_eager_one(pool, shape, size, attrs):
    x = ri.tensor(RNG.normal(size=shape))

    came = ri.compile(lambda x: pool(x, size, **attrs))(x)

    np.testing.assert_array_equal(came, pool(x, size, **attrs))


def test_same_padding_covers_every_element():
    x = np.arange(5.0).reshape(1, 1, 5)

    np.testing.assert_array_equal(
        ri.max_pool(x, 2, padding="same"), [[[1.0, 3.0, 4.0]]]
    )


def gradient(pool, x, *args, **attrs):
    return ri.grad(lambda x: ri.sum(pool(x, *args, **attrs)))(ri.tensor(x)).numpy()


def test_the_gradient_goes_to_the_first_of_the_largest_elements():
    x = np.array([[[[1.0, 2.0], [2.0, 2.0]]]])

    np.testing.assert_array_equal(
        gradient(ri.max_pool, x, 2), [[[[0.0, 1.0], [0.0, 0.0]]]]
    )


def test_an_element_that_is_the_largest_of_two_windows_gets_both_gradients():
    x = np.array([[[1.0, 5.0, 2.0]]])

    np.testing.assert_array_equal(
        gradient(ri.max_pool, x, 2, stride=1), [[[0.0, 2.0, 0.0]]]
    )


def test_the_gradient_of_a_mean_is_shared_evenly():
    x = np.ones((1, 1, 3))

    np.testing.assert_array_equal(
        gradient(ri.avg_pool, x, 2, stride=1), [[[0.5, 1.0, 0.5]]]
    )


def test_not_a_number_is_the_largest():
    x = [[[1.0, NAN, 3.0, 4.0]]]

    np.testing.assert_array_equal(ri.max_pool(x, 2), [[[NAN, 4.0]]])


def test_the_largest_of_integers_is_padded_with_less_than_all():
    x = np.array([[[-100, -128]]], np.int8)

    came = ri.max_pool(x, 2, stride=1, padding=1)

    assert came.dtype == ri.int8
    np.testing.assert_array_equal(came, [[[-100, -100, -128]]])


@pytest.mark.parametrize("pool", [ri.max_pool, ri.avg_pool], ids=["max", "avg"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_pooling_keeps_the_dtype(pool, dtype):
    assert pool(ri.ones((1, 1, 4, 4), dtype=dtype), 2, padding=1).dtype == dtype


def test_the_mean_of_large_sixteen_bit_numbers_does_not_overflow():
    x = ri.full((1, 1, 4), 60000, dtype="float16")

    assert ri.avg_pool(x, 4).item() == 60000


@pytest.mark.parametrize(
    ("shape", "size", "attrs", "message"),
    [
        ((1, 1, 4, 4), 5, {}, r"span \(5, 5\), the padded image has \(4, 4\)"),
        ((1, 1, 4, 4), 0, {}, "size: one integer, or 2, of at least 1 .*, 0 came"),
        ((1, 1, 4, 4), (2, 2, 2), {}, r"size: .* \(2, 2, 2\) came"),
        ((1, 1, 4, 4), 2, {"stride": 0}, "stride: one integer"),
        ((1, 1, 4, 4), 2, {"padding": -1}, "padding: one integer"),
        ((1, 1, 4, 4), 2, {"padding": 2}, r"half of a window, .* \(2, 2\); .* came"),
        ((1, 4), 2, {}, r"at least one image axis is needed, x is \(1, 4\)"),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
def test_what_does_not_fit_is_refused(name, shape, size, attrs, message):
    with pytest.raises(ShapeError, match=f"^{name}: .*{message}"):
        getattr(ri, name)(ri.ones(shape), size, **attrs)


def test_elements_without_an_order_or_a_mean_are_refused():
    with pytest.raises(DtypeError, match=r"^max_pool: "):
        ri.max_pool(ri.ones((1, 1, 4), dtype="complex64"), 2)
    with pytest.raises(DtypeError, match=r"^avg_pool: "):
        ri.avg_pool(ri.ones((1, 1, 4), dtype="int64"), 2)
