"""What is made of windows: the choice of the largest, and sums where they overlap.

Images lie as their maker left them, with channels side by side after a convolution; the
kernels walk over them in that order. If a window is large, such as a whole sequence,
the place of its largest element is found first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from ..dtype import Dtype, int32
from ..kernel import Kernel, Ref, own_bytes
from ..kernels.large_windows import found, put, taken
from ..kernels.pooling import added as scattered_sums
from ..kernels.pooling import chosen
from ..kernels.pooling import spread as scattered
from ..kernels.window_loops import Strided, Taps
from ..ops.windows import Window
from ..shape import Shape
from .draft import added, fill
from .view import View, new_view

# More elements of a window are not written out one by one.
MOST_TAPS = 64


def obstacle(shape: Shape, sizes: Sequence[int]) -> str:
    """For what kind of windows, on images (N, C, ...), there is no kernel, if any."""
    obstacles = (
        (len(sizes) not in (1, 2), "along more than two axes"),
        (len(shape) != len(sizes) + 2, "on other things than images"),
        (0 in shape, "on no elements"),
    )
    return next((what for is_so, what in obstacles if is_so), "")


def choose(t: View, x: View, out: View, attrs: dict[str, Any]) -> list[Kernel]:
    """The element of t at the place of the largest one of x, for every window."""
    window, (t, x, out) = _flat(attrs, t, x, out)
    order, taps = _order(x, out.shape), _taps(window)
    walks = _on_image(t, window, order), _on_image(x, window, order)
    to, sizes = _strided(out, order), _sizes(out, order)
    if math.prod(taps) <= MOST_TAPS:
        return [chosen(*walks, to, sizes, taps)]
    places = _new(sizes, int32, "places")
    if walks[0] == walks[1]:
        return [found(walks[1], to, places, sizes, taps)]
    largest = _new(sizes, x.dtype, "largest")
    return [
        found(walks[1], largest, places, sizes, taps),
        taken(walks[0], places, to, sizes, taps),
    ]


def spread(g: View, x: View, out: View, attrs: dict[str, Any]) -> list[Kernel]:
    """The transpose: what is given for every window at that place, and zeros."""
    window, (g, x, out) = _flat(attrs, g, x, out)
    order, taps = _order(x, g.shape), _taps(window)
    given, seen = _strided(g, order), _on_image(x, window, order)
    to, sizes = _on_image(out, window, order), _sizes(g, order)
    places = _new(sizes, int32, "places")
    if math.prod(taps) > MOST_TAPS:
        largest = _new(sizes, x.dtype, "largest")
        return [
            found(seen, largest, places, sizes, taps),
            *fill(out),
            put(given, places, to, sizes, taps),
        ]
    if window.has_overlap:
        return [*fill(out), scattered_sums(given, seen, to, places, sizes, taps)]
    kernel = scattered(given, seen, to, sizes, taps)
    is_covered = math.prod(out.shape) == math.prod(g.shape) * math.prod(taps)
    return [kernel] if is_covered else [*fill(out), kernel]


def unwindows(x: View, out: View, attrs: dict[str, Any]) -> list[Kernel]:
    """The sum of every element of every window, at the place where it is."""
    n = len(attrs["shape"])
    window = Window(x.shape[-n:], attrs["strides"], attrs["dilations"])
    boxes: Any = x.array
    image: Any = out.array
    kernels = fill(out)
    offsets = itertools.product(*map(range, window.sizes))
    for offset, layer in zip(offsets, window.layers(attrs["shape"]), strict=True):
        kernels += added(x.at(boxes[..., *offset]), out.at(image[..., *layer]))
    return kernels


def _flat(attrs: dict[str, Any], *views: View) -> tuple[Window, list[View]]:
    """Sequences as images with one row."""
    window = Window(**attrs)
    if len(window.sizes) == 2:
        return window, list(views)
    row = Window(*((1, *numbers) for numbers in window))
    return row, [each.at(each.array[:, :, None]) for each in views]


def _order(x: View, windows: Shape) -> list[int]:
    """The axes as they lie in memory, that of images first.

    Those along which there are several windows come last: then the innermost loop has
    work, even if a window reaches from one end of an image to the other.
    """
    inside = zip(windows, x.strides, strict=True)
    ranks = [(count > 1, -abs(stride)) for count, stride in inside]
    return [0, *sorted((1, 2, 3), key=ranks.__getitem__)]


def _taps(window: Window) -> Taps:
    height, width = window.sizes
    return height, width


def _sizes(x: View, order: Sequence[int]) -> list[int]:
    return [x.shape[axis] for axis in order]


def _on_image(x: View, window: Window, order: Sequence[int]) -> Strided:
    """How windows move on images, and taps inside them."""
    steps = (1, 1, *window.strides)
    strides = [stride * step for stride, step in zip(x.strides, steps, strict=True)]
    taps = zip(x.strides[2:], window.dilations, strict=True)
    return Strided(
        _by_image(x),
        x.dtype,
        tuple(strides[axis] for axis in order),
        tuple(stride * dilation for stride, dilation in taps),
    )


def _strided(x: View, order: Sequence[int]) -> Strided:
    """How to walk over what has one element for every window."""
    return Strided(_by_image(x), x.dtype, tuple(x.strides[axis] for axis in order))


def _new(sizes: Sequence[int], dtype: Dtype, maker: str) -> Strided:
    """What has one element for every window, in a buffer of its own."""
    return _strided(new_view(tuple(sizes), dtype, maker), range(4))


def _by_image(x: View) -> Ref:
    """The address, and how many bytes an image has if it has them for itself."""
    (_, stride), *inside = zip(x.shape, x.strides, strict=True)
    return x.ref(own_bytes(stride, inside, x.dtype.itemsize))
