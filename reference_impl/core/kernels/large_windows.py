"""The largest element of every window, for windows too large to write out.

    found   places[n, i, j, k] = argmax x[n, i, j, k, h, w]
    taken   out[n, i, j, k] = t there
    put     y there += g[n, i, j, k]

First comes the place of the largest element, as the number of its tap. Windows that are
neighbours in memory are searched side by side, tap after tap, as in `pooling`; but the
taps are loops, and the largest so far waits in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..kernel import Kernel
from .window_loops import Strided, Taps, at, kernel, loops


def found(
    x: Strided, largest: Strided, places: Strided, sizes: Sequence[int], taps: Taps
) -> Kernel:
    """Write the largest elements of x, and the numbers of their taps, of int32.

    Parameters
    ----------
    sizes : sequence of four int
        How many n, i, j and k there are.
    """
    first = [
        *at("x", "largest", "places"),
        "store(largest, 1, largest_at, load(x, 0, x_at))",
        "store(places, 2, places_at, np.int32(0))",
    ]
    every = [
        *at("x", "largest", "places"),
        "v = load(x, 0, x_at + h * x_h + w * x_w)",
        "so_far = load(largest, 1, largest_at)",
        # Both comparisons are false for what is not a number: it wins, and stays.
        "wins = (not (v <= so_far)) & (so_far == so_far)",
        "store(largest, 1, largest_at, select(wins, v, so_far))",
        "place = load(places, 2, places_at)",
        "place = select(wins, np.int32(h * w_size + w), place)",
        "store(places, 2, places_at, place)",
    ]
    body = loops("ij", [*loops("k", first), *loops("hwk", every)])
    return kernel(
        "found",
        "places[n, i, j, k] = argmax x[n, i, j, k, h, w]",
        {"x": x, "largest": largest, "places": places},
        *(body, sizes, taps),
        reads=(0,),
        writes=(1, 2),
    )


def taken(
    t: Strided, places: Strided, out: Strided, sizes: Sequence[int], taps: Taps
) -> Kernel:
    """Take the element of t at the place that was found in each window."""
    lines = [
        *at("t", "places", "out"),
        *_PLACE,
        "store(out, 2, out_at, load(t, 0, t_at + h * t_h + w * t_w))",
    ]
    return kernel(
        "taken",
        "out[n, i, j, k] = t[n, i, j, k, places[n, i, j, k]]",
        {"t": t, "places": places, "out": out},
        *(loops("ijk", lines), sizes, taps),
        reads=(0, 1),
        writes=(2,),
    )


def put(
    g: Strided, places: Strided, y: Strided, sizes: Sequence[int], taps: Taps
) -> Kernel:
    """Add g to y at the place that was found in each window; they may overlap."""
    lines = [
        *at("g", "places", "y"),
        *_PLACE,
        "there = y_at + h * y_h + w * y_w",
        "store(y, 2, there, load(y, 2, there) + load(g, 0, g_at))",
    ]
    return kernel(
        "put",
        "y[n, i, j, k, places[n, i, j, k]] += g[n, i, j, k]",
        {"g": g, "places": places, "y": y},
        *(loops("ijk", lines), sizes, taps),
        reads=(0, 1, 2),
        writes=(2,),
    )


_PLACE = (
    "place = load(places, 1, places_at)",
    "h, w = place // w_size, place % w_size",
)
