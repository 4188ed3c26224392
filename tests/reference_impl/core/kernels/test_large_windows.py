import numpy as np
import pytest
from windowed_images import (
    IMAGES,
    NCHW,
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

from reference_impl.core.kernels.large_windows import found, put, taken

STEPS = (1, 2)  # windows overlap


def places_in(x):
    """The numbers of the taps at which x has the largest elements."""
    return Array(np.argmax(boxes(x.values, STEPS), -1).astype(np.int32), x.order)


@ORDERS
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_first_of_the_largest_elements_is_found(order, dtype):
    x = Array(images(dtype), order)
    needed = places_in(x)
    largest = Array(np.zeros_like(needed.values, dtype), order)
    places = Array(np.full_like(needed.values, -1), order)

    walks = x.walk(STEPS), largest.walk(), places.walk()
    run(found(*walks, sizes(places), TAPS), x, largest, places)

    np.testing.assert_array_equal(places.values, needed.values)
    np.testing.assert_array_equal(largest.values, boxes(x.values, STEPS).max(-1))


@ORDERS
def test_another_array_gives_what_it_has_in_the_places(order):
    x = Array(images(), order)
    t = Array(np.random.default_rng(1).normal(size=IMAGES).astype("f4"), NCHW)
    t.order = order  # walked as x is, whatever its own layout
    needed = of_first_largest(t.values, x.values, STEPS)
    places, out = places_in(x), Array(np.zeros_like(needed), order)

    walks = t.walk(STEPS), places.walk(), out.walk()
    run(taken(*walks, sizes(out), TAPS), t, places, out)

    np.testing.assert_array_equal(out.values, needed)


@ORDERS
def test_numbers_are_added_up_in_places_that_windows_share(order):
    x = Array(images(), order)
    g, places = Array(numbers(x.values, STEPS), order), places_in(x)
    y = Array(np.full_like(x.values, 1), order)
    needed = 1 + added_up(g.values, x.values, STEPS)

    walks = g.walk(), places.walk(), y.walk(STEPS)
    run(put(*walks, sizes(g), TAPS), g, places, y)

    np.testing.assert_array_equal(y.values, needed)


def test_windows_of_other_sizes_have_the_same_text():
    def source(taps):
        x = Array(images(), NCHW)
        places = places_in(x)
        walks = x.walk(STEPS), places.walk(), places.walk()
        return found(*walks, sizes(places), taps).source

    assert source((9, 9)) == source((1, 89))
