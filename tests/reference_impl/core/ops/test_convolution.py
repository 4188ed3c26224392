import itertools

import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

RNG = np.random.default_rng(0)

# Sums of a few dozen float64 products of size 1, in another order.
TOLERANCE = 1e-12


def drawn(*shapes):
    return [RNG.normal(size=shape) for shape in shapes]


def each(number, n):
    return (number,) * n if isinstance(number, int) else number


def correlated(x, weight, *, stride=1, padding=0, dilation=1, groups=1):
    """The definition: every element of the result, one sum after the other."""
    n = x.ndim - 2
    stride, dilation = each(stride, n), each(dilation, n)
    x = np.pad(x, [(0, 0), (0, 0), *(each(p, 2) for p in each(padding, n))])
    F, depth, *sizes = weight.shape
    counts = [
        (S - (K - 1) * d - 1) // s + 1
        for S, K, s, d in zip(x.shape[2:], sizes, stride, dilation, strict=True)
    ]
    out = np.zeros((len(x), F, *counts), np.result_type(x, weight))
    for f, *place in np.ndindex(F, *counts):
        first = f // (F // groups) * depth
        box = tuple(
            slice(o * s, o * s + (K - 1) * d + 1, d)
            for o, s, K, d in zip(place, stride, sizes, dilation, strict=True)
        )
        seen = x[:, first : first + depth, *box]
        out[:, f, *place] = (seen * weight[f]).sum(tuple(range(1, n + 2)))
    return out


CASES = [
    ((2, 3, 6), (4, 3, 3), {}),
    ((2, 3, 6), (4, 3, 3), {"stride": 2, "padding": 1}),
    ((2, 3, 5, 6), (4, 3, 3, 2), {}),
    ((2, 3, 5, 6), (4, 3, 3, 2), {"stride": 2}),
    ((2, 3, 5, 6), (4, 3, 3, 2), {"stride": (1, 3), "padding": (0, 2)}),
    ((2, 3, 5, 6), (4, 3, 3, 2), {"padding": ((1, 0), (2, 3))}),
    ((2, 3, 5, 6), (4, 3, 3, 2), {"dilation": 2}),
    ((2, 3, 7, 6), (4, 3, 3, 2), {"dilation": (3, 1), "stride": 2, "padding": 1}),
    ((2, 4, 5, 6), (6, 2, 3, 3), {"groups": 2}),
    ((2, 4, 5, 6), (4, 1, 3, 3), {"groups": 4, "padding": 1}),
    ((2, 4, 5, 6), (8, 1, 1, 1), {"groups": 4}),
    ((2, 3, 4, 5), (4, 3, 1, 1), {}),
    ((2, 3, 4, 5), (4, 3, 4, 5), {}),
    ((1, 2, 4, 3, 4), (3, 2, 2, 2, 2), {"stride": (1, 1, 2), "padding": 1}),
    ((0, 3, 5, 6), (4, 3, 3, 2), {}),
    ((2, 3, 5, 6), (0, 3, 3, 2), {}),
    ((2, 0, 5, 6), (4, 0, 3, 2), {}),
]


@pytest.mark.parametrize(("x", "weight", "attrs"), CASES, ids=str)
def test_every_element_is_the_sum_of_products_of_a_filter_and_a_window(
    x, weight, attrs
):
    x, weight = drawn(x, weight)

    came = ri.conv(ri.tensor(x), ri.tensor(weight), **attrs)

    needed = correlated(x, weight, **attrs)
    assert came.shape == needed.shape
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(("x", "weight", "attrs"), CASES, ids=str)
def test_a_captured_convolution_is_the_eager_one(x, weight, attrs):
    x, weight = map(ri.tensor, drawn(x, weight))

    came = ri.compile(lambda x, w: ri.conv(x, w, **attrs))(x, weight)

    assert_as_eager(came, ri.conv(x, weight, **attrs))


@pytest.mark.parametrize(("x", "weight", "attrs"), CASES, ids=str)
def test_the_gradient_of_the_images_is_the_transposed_convolution(x, weight, attrs):
    x, weight = map(ri.tensor, drawn(x, weight))
    G = ri.tensor(RNG.normal(size=ri.conv(x, weight, **attrs).shape))

    gradient = ri.grad(lambda x: ri.sum(ri.conv(x, weight, **attrs) * G))(x)

    spread = ri.conv_transpose(G, weight, **attrs).shape
    unread = [S - size for S, size in zip(x.shape[2:], spread[2:], strict=True)]
    needed = ri.conv_transpose(G, weight, **attrs, output_padding=unread)
    np.testing.assert_allclose(gradient, needed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(("x", "weight", "attrs"), CASES[:14], ids=str)
def test_the_gradient_of_a_filter_is_what_the_filter_multiplies(x, weight, attrs):
    x, weight = drawn(x, weight)
    G = RNG.normal(size=correlated(x, weight, **attrs).shape)

    gradient = ri.grad(
        lambda w: ri.sum(ri.conv(ri.tensor(x), w, **attrs) * ri.tensor(G))
    )(ri.tensor(weight))

    for index in itertools.islice(np.ndindex(weight.shape), 0, None, 5):
        unit = np.zeros_like(weight)
        unit[index] = 1
        needed = np.sum(correlated(x, unit, **attrs) * G)
        np.testing.assert_allclose(gradient.numpy()[index], needed, rtol=1e-10)


@pytest.mark.parametrize(
    ("stride", "padding", "output_padding", "dilation", "groups"),
    [
        (1, 0, 0, 1, 1),
        (2, 1, 0, 1, 1),
        (2, 1, 1, 1, 1),
        (3, (0, 2), (2, 1), 1, 1),
        (2, ((1, 0), (0, 2)), 0, 2, 1),
        (2, 1, 1, 1, 2),
    ],
    ids=str,
)
def test_a_transposed_convolution_is_the_transpose_of_the_convolution(
    stride, padding, output_padding, dilation, groups
):
    x, weight = drawn((2, 4, 3, 4), (4, 6 // groups, 3, 2))
    attrs = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
    }

    came = ri.conv_transpose(x, weight, **attrs, output_padding=output_padding).numpy()

    y = RNG.normal(size=came.shape)
    assert came.shape[:2] == (2, 6)
    np.testing.assert_allclose(
        np.sum(came * y), np.sum(x * correlated(y, weight, **attrs)), rtol=1e-11
    )


def test_output_padding_gives_the_larger_of_the_sizes_that_have_one_convolution():
    x, weight = ri.ones((1, 1, 3)), ri.ones((1, 1, 3))

    sizes = [
        ri.conv_transpose(x, weight, stride=2, output_padding=more).shape[2]
        for more in (0, 1)
    ]

    assert sizes == [7, 8]
    for size in sizes:
        assert ri.conv(ri.ones((1, 1, size)), weight, stride=2).shape[2] == 3


def test_same_padding_puts_the_odd_zero_at_the_end():
    x, weight = ri.tensor([[[1.0, 2.0, 3.0]]]), ri.ones((1, 1, 2))

    np.testing.assert_array_equal(
        ri.conv(x, weight, padding="same"), [[[1 + 2, 2 + 3, 3 + 0]]]
    )


def test_valid_padding_is_none():
    x, weight = map(ri.tensor, drawn((1, 2, 5, 5), (3, 2, 2, 2)))

    np.testing.assert_array_equal(
        ri.conv(x, weight, padding="valid"), ri.conv(x, weight)
    )


def test_filters_are_neither_flipped_nor_conjugated():
    x, weight = ri.tensor([[[1, 2j, 3]]]), ri.tensor([[[1j, 1]]])

    np.testing.assert_array_equal(ri.conv(x, weight), [[[1j + 2j, -2 + 3]]])


def test_integers_are_convolved_exactly():
    x, weight = ri.tensor([[[2**53, 1, 1]]]), ri.ones((1, 1, 2), dtype="int64")

    assert ri.conv(x, weight).tolist() == [[[2**53 + 1, 2]]]


def test_sixteen_bit_products_are_summed_in_float32():
    x = ri.ones((1, 4096, 1), dtype="float16")

    assert ri.conv(x, ri.ones((1, 4096, 1), dtype="float16")).item() == 4096


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 2, 3, 0), (0, 2, 3, 1)], ids=str)
def test_the_order_of_the_images_in_memory_does_not_matter(order):
    x, weight = drawn((2, 3, 5, 6), (4, 3, 3, 2))
    strided = np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))

    np.testing.assert_array_equal(ri.conv(strided, weight), ri.conv(x, weight))


X, WEIGHT = (2, 4, 5, 5), (6, 4, 3, 3)

REFUSED = [
    (X, (6, 3, 3, 3), {}, r"\(6, 3, 3, 3\) in 1 groups need 3 channels; x is.*has 4"),
    (X, (6, 4, 3, 3), {"groups": 2}, "in 2 groups need 8 channels; .* has 4"),
    (X, (6, 1, 3, 3), {"groups": 3}, "groups must divide C, which is 4; 3 came"),
    (X, (5, 2, 3, 3), {"groups": 2}, "groups must divide F, which is 5; 2 came"),
    (X, WEIGHT, {"groups": 0}, "groups: one integer, .* at least 1 .*, 0 came"),
    (X, (6, 4, 6, 3), {}, r"span \(6, 3\), the padded image has \(5, 5\)"),
    (X, WEIGHT, {"dilation": 3}, r"span \(7, 7\), the padded image has \(5, 5\)"),
    (X, WEIGHT, {"padding": -1}, "padding: one integer, .* at least 0 .*, -1 came"),
    (X, WEIGHT, {"padding": (1, 2, 3)}, r"padding: .* 2 pairs .* \(1, 2, 3\) came"),
    (X, WEIGHT, {"padding": "full"}, "numbers, 'valid' or 'same'; 'full' came"),
    (X, WEIGHT, {"stride": 0}, "stride: one integer, or 2, of at least 1"),
    (X, WEIGHT, {"stride": (1, 1, 1)}, r"stride: .* \(1, 1, 1\) came"),
    (X, WEIGHT, {"dilation": 0}, "dilation: one integer"),
    (X, (6, 4, 0, 3), {}, "filter sizes: .* at least 1"),
    (X, (6, 4, 3), {}, r"x is \(2, 4, 5, 5\), weight is \(6, 4, 3\)"),
    ((2, 4), (6, 4), {}, "at least one, are needed"),
]


@pytest.mark.parametrize(("x", "weight", "attrs", "message"), REFUSED, ids=str)
def test_what_does_not_fit_is_refused(run, x, weight, attrs, message):
    with pytest.raises(ShapeError, match=f"^conv: .*{message}"):
        run(lambda x, w: ri.conv(x, w, **attrs))(ri.ones(x), ri.ones(weight))


REFUSED_TRANSPOSED = [
    ((6, 3, 3, 3), {}, r"\(6, 3, 3, 3\) needs 6 channels; x is .* which has 4"),
    ((4, 4, 3, 3), {"groups": 3}, "groups must divide C, which is 4"),
    ((4, 6, 3, 3), {"padding": 4}, r"padding .* leaves nothing of \(7, 7\) elements"),
    ((4, 6, 3, 3), {"padding": "same"}, "'same' came"),
    ((4, 6, 3, 3), {"output_padding": 1}, r"less than the stride, .* \(1, 1\) came"),
    ((4, 6, 3, 3), {"stride": 2, "output_padding": (1, 2)}, r"\(1, 2\) came"),
    ((4, 6, 3, 3), {"output_padding": -1}, "output_padding: .* at least 0"),
]


@pytest.mark.parametrize(("weight", "attrs", "message"), REFUSED_TRANSPOSED, ids=str)
def test_what_does_not_fit_a_transposed_convolution_is_refused(weight, attrs, message):
    with pytest.raises(ShapeError, match=f"^conv_transpose: .*{message}"):
        ri.conv_transpose(ri.ones(X), ri.ones(weight), **attrs)


def test_a_stride_that_is_no_integer_is_refused():
    with pytest.raises(DtypeError, match=r"^conv: stride must be integers, 1\.5 came"):
        ri.conv(ri.ones(X), ri.ones(WEIGHT), stride=1.5)


def test_booleans_are_refused():
    x = ri.tensor(np.ones((1, 1, 3), bool))

    with pytest.raises(DtypeError, match=r"^conv: "):
        ri.conv(x, x)


@pytest.mark.parametrize("convolve", [ri.conv, ri.conv_transpose])
def test_truth_is_one_group(convolve):
    x = ri.ones((1, 1, 3))

    assert convolve(x, x, groups=True).tolist() == convolve(x, x, groups=1).tolist()
