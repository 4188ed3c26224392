import numpy as np
import pytest
from windowed_images import (
    IMAGES,
    NCHW,
    NHWC,
    ORDERS,
    TAPS,
    Array,
    added_up,
    boxes,
    images,
    numbers,
    of_first_largest,
    run,
    sizes,
)

from reference_impl.core.kernels.pooling import added, chosen, spread


@ORDERS
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_largest_element_of_every_window_is_taken(order, dtype):
    x, steps = Array(images(dtype), order), (2, 2)
    needed = boxes(x.values, steps).max(-1)
    out = Array(np.zeros_like(needed), order)

    walk = x.walk(steps)
    run(chosen(walk, walk, out.walk(), sizes(out), TAPS), x, out)

    np.testing.assert_array_equal(out.values, needed)


@ORDERS
def test_another_array_gives_what_it_has_in_that_place(order):
    x, steps = Array(images(), order), (2, 2)
    t = Array(np.random.default_rng(1).normal(size=IMAGES).astype("f4"), NCHW)
    t.order = order  # walked as x is, whatever its own layout
    needed = of_first_largest(t.values, x.values, steps)
    out = Array(np.zeros_like(needed), order)

    kernel = chosen(t.walk(steps), x.walk(steps), out.walk(), sizes(out), TAPS)
    run(kernel, t, x, out)

    np.testing.assert_array_equal(out.values, needed)


@ORDERS
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_are_spread_over_windows_that_share_nothing(order, dtype):
    x, steps = Array(images(dtype), order), (2, 3)
    g = Array(numbers(x.values, steps), order)
    y = Array(np.full_like(x.values, 7), order)
    needed = added_up(g.values, x.values, steps)
    needed[:, :, 6:], needed[..., 9:] = 7, 7  # in no window

    run(spread(g.walk(), x.walk(steps), y.walk(steps), sizes(g), TAPS), g, x, y)

    np.testing.assert_array_equal(y.values, needed)


@ORDERS
def test_numbers_are_added_up_where_windows_overlap(order):
    x, steps = Array(images(), order), (1, 2)
    g = Array(numbers(x.values, steps), order)
    y = Array(np.full_like(x.values, 1), order)
    places = Array(np.zeros(g.values.shape, np.int32), order)
    needed = 1 + added_up(g.values, x.values, steps)

    walks = g.walk(), x.walk(steps), y.walk(steps), places.walk()
    run(added(*walks, sizes(g), TAPS), g, x, y, places)

    np.testing.assert_array_equal(y.values, needed)


def test_kernels_of_other_sizes_have_the_same_text():
    def source(shape):
        x = Array(np.zeros(shape, "f4"), NHWC)
        g = Array(np.zeros((*shape[:2], 2, 2), "f4"), NHWC)
        walk = x.walk((2, 2))
        return chosen(walk, walk, g.walk(), sizes(g), (2, 2)).source

    assert source((2, 8, 4, 4)) == source((3, 16, 5, 4))
