"""Sums over pixels: the gradient of a convolution by its weight.

    out[kh, kw, c, f] = sum over images and outputs of x[pixel under kh, kw; c] * g[f]

A tile's rows are taps and channels of one row of the filter, which follow one another
in an image; what is summed over is a run of outputs that have the same taps. Threads
share the rows of the result, so no two of them add to the same number.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from ..kernel import Kernel, Ref, Source
from . import shapes, windows
from .correlation import Layout
from .llvm import Function, Value, kernel
from .tiles import Tile, source
from .vector_unit import VectorUnit
from .vectors import element
from .windows import Axis, Window

# Images that are read again for all rows of the result: the second-level cache.
IMAGE_BLOCK_BYTES = 1 << 18

NAMES = (
    *("count", "channels", "filters", "block"),
    *("x_n", "x_h", "x_w", "g_n", "g_h", "g_w", "out_h"),
)


def pixel_sums(
    x: Ref,
    g: Ref,
    out: Ref,
    *,
    images: int,
    channels: int,
    filters: int,
    height: Window,
    width: Window,
    layouts: tuple[Layout, Layout],
    dtype: np.dtype,
    target: VectorUnit,
) -> list[Kernel]:
    """Sum products of pixels and cotangents.

    Parameters
    ----------
    layouts : tuple of Layout
        Of x and g.
    """
    x_layout, g_layout = layouts
    out_row, size = channels * filters, dtype.itemsize
    columns = [(width, 0)]
    if width.dilation * x_layout.column != channels:
        # Taps that do not follow one another are summed for one by one.
        columns = [(_single(width, tap), tap) for tap in range(width.taps)]
    tile = shapes.best(
        columns[0][0].taps * channels, filters, target.lanes(dtype), target
    )
    image = (x_layout.image + g_layout.image) * size
    block = max(1, IMAGE_BLOCK_BYTES // max(image, 1))
    outputs = images * height.outputs * width.outputs
    return [
        Kernel(
            _source(tile, dtype),
            (
                *(x, g, replace(out, offset=out.offset + tap * out_row * size)),
                *(images, channels, filters, block),
                *(*x_layout.strides, *g_layout.strides, width.taps * out_row),
                *(*height.integers, *taps.integers),
            ),
            reads=(0, 1),
            writes=(2,),
            extent=height.taps * -(-taps.taps * channels // tile.rows),
            operations=2 * outputs * height.taps * taps.taps * out_row,
        )
        for taps, tap in columns
    ]


def _single(window: Window, tap: int) -> Window:
    return replace(window, taps=1, dilation=1, pad=window.pad - tap * window.dilation)


@functools.cache
def _source(tile: Tile, dtype: np.dtype) -> Source:
    f = kernel(element(dtype))
    (x, g, out), integers = f.arguments(3, len(NAMES) + 2 * windows.INTEGERS)
    a = dict(zip(NAMES, integers[: len(NAMES)], strict=True))
    sizes = integers[len(NAMES) :]
    height, width = Axis(*sizes[: windows.INTEGERS]), Axis(*sizes[windows.INTEGERS :])
    rows = width.taps * a["channels"]
    parts = (rows + (tile.rows - 1)) // tile.rows
    begin, end = f.parameter("begin"), f.parameter("end")

    def place(unit: Value) -> tuple[Value, Value, Value]:
        row = unit % parts * tile.rows
        return unit // parts, row, f.least(rows, row + tile.rows)

    with f.loop(begin, end) as unit:
        kh, first, last = place(unit)
        start = f.at(out, kh * a["out_h"])
        with f.loop(first * a["filters"], last * a["filters"]) as i:
            f.store(Value(f, f.element, "0.0"), f.at(start, i), f.element)
    with (
        f.loop(0, a["count"], a["block"]) as n,
        f.loop(begin, end) as unit,
        f.loop(0, width.runs) as j,
        f.loop(0, a["filters"], tile.columns) as p,
    ):
        kh, first, last = place(unit)
        h0, h1 = height.output_range(f, kh)
        w0, w1 = width.run(f, j)
        kw0, kw1 = width.tap_range(f, w0)
        first = f.most(first, kw0 * a["channels"])
        last = f.least(last, kw1 * a["channels"])
        first_tap = height.pixel(h0, kh) * a["x_h"] + width.pixel(w0) * a["x_w"] + first
        values = {
            "x": f.at(x, n * a["x_n"] + first_tap),
            "y": f.at(g, n * a["g_n"] + h0 * a["g_h"] + w0 * a["g_w"] + p),
            "out": f.at(out, kh * a["out_h"] + first * a["filters"] + p),
            "s2": f.least(a["count"] - n, a["block"]),
            **_inner_sums(f, a, (height, width), (h1 - h0, w1 - w0)),
            "x_s2": a["x_n"],
            "x_row": 1,
            "y_s2": a["g_n"],
            "out_row": a["filters"],
            "columns": a["filters"] - p,
            "accumulate": 1,
        }
        tile.along(f, 0, last - first, lambda _: values)
    return source("pixel_sums", f, tile)


def _inner_sums(
    f: Function,
    a: dict[str, Value],
    axes: tuple[Axis, Axis],
    sizes: tuple[Value, Value],
) -> dict[str, Value | int]:
    """The two sums over rows and columns of outputs, the longer one inside."""
    height, width = axes
    x_strides = height.stride * a["x_h"], width.stride * a["x_w"]
    g_strides = a["g_h"], a["g_w"]
    is_wide = sizes[1] >= sizes[0]
    names = (("s1", "k"), ("x_s1", "x_k"), ("y_s1", "y_k"))
    return {
        name: f.chosen(is_wide, *pair[:: 1 if name == outer else -1])
        for (outer, inner), pair in zip(
            names, (sizes, x_strides, g_strides), strict=True
        )
        for name in (outer, inner)
    }
