"""Convolutions of any form and in any order of axes, and their derivatives."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.step import Library

RNG = np.random.default_rng(0)
TOLERANCE = 1e-12  # of the largest element: sums of a hundred products

FORMS = {
    "plain": ((2, 3, 6, 7), (4, 3, 3, 3), {}),
    "padded": ((2, 3, 6, 7), (4, 3, 3, 3), {"padding": 1}),
    "strided": ((2, 3, 7, 8), (4, 3, 3, 2), {"stride": 2}),
    "strided and padded": ((1, 2, 7, 7), (3, 2, 3, 3), {"stride": 2, "padding": 1}),
    "dilated": ((2, 2, 8, 8), (3, 2, 3, 3), {"dilation": 2}),
    "strided and dilated": ((2, 2, 9, 9), (3, 2, 2, 2), {"stride": 2, "dilation": 2}),
    "grouped": ((2, 4, 6, 6), (6, 2, 3, 3), {"groups": 2}),
    "points": ((2, 3, 4, 4), (5, 3, 1, 1), {}),
    "one image": ((1, 1, 3, 3), (1, 1, 3, 3), {}),
    "no images": ((0, 3, 6, 7), (4, 3, 3, 3), {}),
}


LAYOUTS = {
    "as they are": lambda x: x,
    "channels last": lambda x: ri.permute_dims(x, (0, 3, 1, 2)),
    "flipped": lambda x: x[:, :, ::-1],
}


def check(function, *arrays):
    tensors = [ri.tensor(x) for x in arrays]
    needed = ri.tree.flatten(function(*tensors))[0]
    came = ri.tree.flatten(ri.compile(function)(*tensors))[0]
    for x, y in zip(came, needed, strict=True):
        y = y.numpy()
        assert x.shape == y.shape
        scale = np.abs(y).max(initial=1.0)
        np.testing.assert_allclose(x, y, rtol=0, atol=TOLERANCE * scale)


def with_gradients(function):
    """A function whose result comes with gradients by its arguments."""

    def loss(*args):
        out = function(*args)
        g = ri.reshape(ri.arange(out.size, dtype=ri.float64), out.shape)
        return ri.sum(out * ri.sin(g)), out

    return ri.value_and_grad(loss, (0, 1), has_aux=True)


@pytest.mark.parametrize("name", FORMS)
def test_a_convolution_and_its_gradients_are_those_of_the_op(name):
    image, filters, form = FORMS[name]

    check(
        with_gradients(lambda x, weight: ri.conv(x, weight, **form)),
        RNG.normal(size=image),
        RNG.normal(size=filters),
    )


@pytest.mark.parametrize(
    "form", [{}, {"padding": 2}, {"stride": 2, "padding": 1}], ids=str
)
def test_sequences_are_images_with_one_row(form):
    check(
        with_gradients(lambda x, weight: ri.conv(x, weight, **form)),
        RNG.normal(size=(2, 3, 9)),
        RNG.normal(size=(4, 3, 3)),
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_images_may_lie_in_any_order(layout):
    see = LAYOUTS[layout]

    check(
        with_gradients(lambda x, weight: ri.conv(see(x), weight, padding=1)),
        RNG.normal(size=(2, 5, 5, 5)),
        RNG.normal(size=(4, 5, 3, 3)),
    )


def test_layers_in_a_row_keep_the_order_of_the_first():
    def function(x, weight):
        h = ri.relu(ri.conv(x, weight, padding=1))
        h = h - ri.mean(h, axis=(0, 2, 3), keepdims=True)
        return ri.conv(h, weight, padding=1) + x

    check(
        with_gradients(function),
        RNG.normal(size=(2, 3, 5, 6)),
        RNG.normal(size=(3, 3, 3, 3)),
    )


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16], ids=str)
def test_other_dtypes_go_through_a_library(dtype):
    x = ri.tensor(RNG.normal(size=(1, 2, 4, 4)), dtype=dtype)
    weight = ri.tensor(RNG.normal(size=(3, 2, 2, 2)), dtype=dtype)

    came = ri.compile(ri.conv)(x, weight)

    np.testing.assert_array_equal(came.numpy(), ri.conv(x, weight).numpy())


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("in groups", {"groups": 2}),
        ("with strides and dilations", {"stride": 2, "dilation": 2}),
    ],
)
def test_other_convolutions_go_through_a_library_which_says_why(what, form):
    x, weight = RNG.normal(size=(1, 4, 8, 8)), RNG.normal(size=(4, 4, 2, 2))
    weight = weight[:, :2] if "groups" in form else weight

    graph = ri.capture(lambda x, w: ri.conv(x, w, **form), x, weight)

    (why,) = (step.why for step in lowered(graph).steps if isinstance(step, Library))
    assert what in why
