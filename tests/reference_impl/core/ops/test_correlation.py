import tracemalloc

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import ShapeError
from reference_impl.core.ops import correlation
from reference_impl.core.ops.correlation import _conv, _conv_filters, _conv_transpose

RNG = np.random.default_rng(0)

# Sums of a few dozen products of size 1, added in another order.
TOLERANCE = 1e-12


def numbers(n, strides=1, pads=(0, 0), dilations=1, groups=1):
    return {
        "strides": (strides,) * n,
        "pads": (pads,) * n,
        "dilations": (dilations,) * n,
        "groups": groups,
    }


# The shapes of images and filters, and the numbers of the form.
FORMS = [
    ((2, 3, 7), (4, 3, 3), numbers(1)),
    ((2, 3, 7), (4, 3, 3), numbers(1, strides=2, pads=(2, 1))),
    ((3, 4, 6, 5), (6, 2, 3, 2), numbers(2, pads=(0, 2), groups=2)),
    ((2, 4, 9, 7), (4, 1, 3, 2), numbers(2, strides=3, dilations=2, groups=4)),
    ((1, 2, 4, 3, 4), (3, 2, 2, 2, 2), numbers(3, strides=2, pads=(1, 1))),
    ((0, 2, 4), (3, 2, 2), numbers(1)),
]


def drawn(shape):
    return ri.tensor(RNG.normal(size=shape) + 1j * RNG.normal(size=shape))


def factors(images, filters, form):
    """Complex x, w and y of the form."""
    x, weight = drawn(images), drawn(filters)
    return x, weight, drawn(_conv(x, weight, **form).shape)


def products(x, weight, y, form):
    """What each factor of the form is multiplied by."""
    return (
        _conv_transpose(y, weight, shape=x.shape[2:], **form),
        _conv_filters(x, y, sizes=weight.shape[2:], **form),
        _conv(x, weight, **form),
    )


@pytest.mark.parametrize(("images", "filters", "form"), FORMS, ids=str)
def test_the_form_is_the_same_whichever_factor_is_left_for_last(images, filters, form):
    three = factors(images, filters, form)

    sums = [
        np.sum(factor.numpy() * product.numpy())
        for factor, product in zip(three, products(*three, form), strict=True)
    ]

    np.testing.assert_allclose(sums, sums[0], rtol=TOLERANCE)


@pytest.mark.parametrize(("images", "filters", "form"), FORMS, ids=str)
def test_one_row_of_windows_at_once_gives_the_same(images, filters, form, monkeypatch):
    three = factors(images, filters, form)
    whole = products(*three, form)

    monkeypatch.setattr(correlation, "BLOCK_BYTES", 1)

    for came, needed in zip(products(*three, form), whole, strict=True):
        np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("index", range(3))
def test_windows_take_little_memory_though_they_overlap(index):
    form = numbers(2, pads=(3, 3))
    x, weight = ri.ones((8, 8, 64, 64)), ri.ones((8, 8, 7, 7))
    y = ri.ones(x.shape)
    product = [
        lambda: _conv_transpose(y, weight, shape=(64, 64), **form),
        lambda: _conv_filters(x, y, sizes=(7, 7), **form),
        lambda: _conv(x, weight, **form),
    ][index]
    tracemalloc.start()

    product()

    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Two images with the batch last, the windows' part and what is made of it; all
    # windows would be 49 images.
    assert most_bytes < 5 * x.nbytes


def test_gradients_of_every_order_are_made_of_the_three():
    def second(x, weight):
        def slope(x):
            return ri.sum(ri.grad(lambda w: ri.sum(ri.conv(x, w) ** 3))(weight) ** 2)

        return ri.grad(slope)(x)

    graph = ri.capture(second, np.ones((2, 3, 8)), np.ones((4, 3, 3)))

    names = {node.op.name for node in graph.nodes()}
    assert {"conv", "conv_transpose", "conv_filters"} <= names
    assert not names & {"windows", "unwindows", "matmul"}


def test_a_convolution_is_one_node():
    x, weight = np.ones((2, 3, 8)), np.ones((3, 3, 3))

    for convolve, name in ((ri.conv, "conv"), (ri.conv_transpose, "conv_transpose")):
        graph = ri.capture(lambda x, w, convolve=convolve: convolve(x, w), x, weight)
        assert [node.op.name for node in graph.nodes()] == [name]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_overlapping_sixteen_bit_products_are_added_in_float32(dtype):
    # 2048 + 1 is no float16, 256 + 1 no bfloat16.
    x = ri.tensor(np.array([[[2048.0, 1, 1]]])).astype(dtype)

    came = ri.conv_transpose(x, ri.ones((1, 1, 3), dtype=dtype))

    assert came[0, 0, 2].item() == ri.tensor(2050.0).astype(dtype).item()


REFUSED = {
    "conv": lambda x, w, y: _conv(y, w, **numbers(1)),
    "conv_transpose": lambda x, w, y: _conv_transpose(y, w, shape=(9,), **numbers(1)),
    "conv_filters": lambda x, w, y: _conv_filters(x, y, sizes=(4,), **numbers(1)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_factors_of_no_form_are_refused_when_captured(name):
    three = map(np.ones, ((2, 3, 7), (4, 3, 3), (2, 4, 5)))

    with pytest.raises(ShapeError, match=f"^{name}: images .* do not fit"):
        ri.capture(REFUSED[name], *three)
