import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.kernel import Ref
from reference_impl.core.lowering import pooling
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.step import Library
from reference_impl.core.lowering.view import new_view
from reference_impl.core.passes import optimise
from reference_impl.core.passes.fusion import fuse

# Compiled sums are taken in another order: the last places of sums of up to 90.
TOLERANCE = 1e-13

CASES = [
    ((2, 3, 4, 6), 2, {}),
    ((2, 3, 5, 7), 2, {}),
    ((2, 3, 5, 7), (3, 2), {"stride": (2, 1)}),
    ((2, 3, 5, 7), 3, {"stride": 2, "padding": 1}),
    ((2, 3, 9), 2, {"padding": 1}),
    ((1, 1, 4, 4), 1, {}),
    ((2, 3, 70), 70, {}),
    ((2, 3, 9, 20), (9, 10), {}),
    ((2, 3, 10, 12), 9, {"stride": 1}),
]
POOLS = pytest.mark.parametrize("pool", [ri.max_pool, ri.avg_pool], ids=["max", "avg"])


def functions(pool, shape, size, attrs):
    """A pooling, its two derivatives, and what all are called with."""
    rng = np.random.default_rng(0)
    x = ri.tensor(rng.integers(0, 4, shape).astype("float64"))  # with ties
    t = ri.tensor(rng.normal(size=shape))

    def forward(x, t, g):
        return pool(x, size, **attrs)

    def pushed(x, t, g):
        return ri.jvp(lambda x: pool(x, size, **attrs), (x,), (t,))[1]

    def pulled(x, t, g):
        return ri.vjp(lambda x: pool(x, size, **attrs), x)[1](g)[0]

    g = ri.tensor(rng.normal(size=forward(x, t, None).shape))
    return (forward, pushed, pulled), (x, t, g)


def library_steps(function, *args):
    graph = fuse(optimise(ri.capture(function, *args)))
    return [step.op.name for step in lowered(graph).steps if isinstance(step, Library)]


@POOLS
@pytest.mark.parametrize(("shape", "size", "attrs"), CASES, ids=str)
def test_compiled_pooling_and_its_derivatives_are_the_eager_ones(
    pool, shape, size, attrs
):
    several, args = functions(pool, shape, size, attrs)

    came = ri.compile(lambda *args: [f(*args) for f in several])(*args)

    for function, y in zip(several, came, strict=True):
        np.testing.assert_allclose(y, function(*args), rtol=TOLERANCE, atol=TOLERANCE)


@POOLS
@pytest.mark.parametrize(("shape", "size", "attrs"), CASES, ids=str)
def test_pooling_and_its_derivatives_need_no_library(pool, shape, size, attrs):
    several, args = functions(pool, shape, size, attrs)

    assert [library_steps(f, *args) for f in several] == [[], [], []]


def test_images_are_pooled_in_the_order_in_which_they_lie():
    x = ri.tensor(np.random.default_rng(0).normal(size=(2, 3, 6, 6)))
    w = ri.tensor(np.random.default_rng(1).normal(size=(4, 3, 3, 3)))

    def pooled(x, w):
        return ri.grad(lambda x: ri.sum(ri.max_pool(ri.conv(x, w), 2) ** 2))(x)

    came = ri.compile(pooled)(x, w)

    np.testing.assert_allclose(came, pooled(x, w), rtol=1e-12, atol=1e-12)


def test_the_largest_of_whole_sequences_stay_in_the_order_of_the_convolution():
    rng = np.random.default_rng(0)
    x, w = (ri.tensor(rng.normal(size=size)) for size in ((2, 3, 80), (4, 3, 5)))

    def loss(x, w):
        return ri.sum(ri.max_pool(ri.relu(ri.conv(x, w)), 76) ** 2)

    def pulled(x, w):
        return ri.grad(loss, 1)(x, w)

    np.testing.assert_allclose(
        ri.compile(pulled)(x, w), pulled(x, w), rtol=1e-12, atol=1e-12
    )
    assert library_steps(pulled, x, w) == []


def test_windows_along_other_axes_are_left_to_the_library_with_a_reason():
    assert not pooling.obstacle((2, 3, 9, 9), (2, 2))
    assert not pooling.obstacle((2, 3, 90), (90,))
    assert "two axes" in pooling.obstacle((2, 3, 9, 9, 9), (2, 2, 2))
    assert "no elements" in pooling.obstacle((0, 3, 9, 9), (2, 2))


def test_what_is_left_to_the_library_is_right():
    x = ri.tensor(np.random.default_rng(0).integers(0, 9, (2, 3, 4, 4, 4)))

    came = ri.compile(lambda x: ri.max_pool(x, 2))(x)

    np.testing.assert_array_equal(came, ri.max_pool(x, 2))


def test_an_image_of_each_array_is_what_a_part_touches():
    attrs = {"sizes": (2, 2), "strides": (2, 2), "dilations": (1, 1)}
    x, y = (new_view((5, 3, 4, 4), np.dtype("f4"), "test") for _ in "xy")
    g = new_view((5, 3, 2, 2), np.dtype("f4"), "test")

    (kernel,) = pooling.spread(g, x, y, attrs)

    steps = [arg.step for arg in kernel.args if isinstance(arg, Ref)]
    assert kernel.extent == 5
    assert steps == [3 * 16 * 4, 3 * 4 * 4, 3 * 16 * 4]


@pytest.mark.parametrize(
    "key", [np.s_[:, ::-1], np.s_[:, :, ::-1], np.s_[..., ::-1]], ids=str
)
def test_an_image_that_reaches_backwards_is_no_part(key):
    attrs = {"sizes": (2, 2), "strides": (2, 2), "dilations": (1, 1)}
    x = new_view((5, 3, 4, 4), np.dtype("f4"), "test")
    x, y = x.at(x.array[key]), new_view((5, 3, 2, 2), np.dtype("f4"), "test")

    (kernel,) = pooling.choose(x, x, y, attrs)

    assert [ref.step for ref in kernel.refs((0, 1))] == [None, 3 * 4 * 4]
