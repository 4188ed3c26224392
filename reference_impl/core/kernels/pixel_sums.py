"""Sums over pixels: the gradient of a convolution by its weight.

    out[kh, kw, c, f] = sum over images and outputs of x[pixel under kh, kw; c] * g[f]

A tile's rows are taps and channels of one row of the filter, which follow one another
in an image; what is summed over is a run of outputs that have the same taps. Threads
share the rows of the result, so no two of them add to the same number.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ..kernel import Kernel, Ref, Source
from . import tile_shapes
from .correlation import Correlation
from .filter_axis import AxisValues, arguments
from .llvm import Function, Value, kernel_function
from .tiles import Tile, source
from .vector_unit import VectorUnit
from .vectors import element

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
    sizes: Correlation,
    *,
    dtype: np.dtype,
    unit: VectorUnit,
) -> list[Kernel]:
    """Sum products of pixels and cotangents.

    Parameters
    ----------
    sizes : Correlation
        Of x and a weight that lies like out, with a result that lies like g.
    """
    if sizes.width.dilation * sizes.image.column == sizes.channels:
        return [_kernel(x, g, out, sizes, dtype, unit)]
    # Taps that do not follow one another are summed for one by one.
    step = sizes.tap_strides[1] * dtype.itemsize
    return [
        _kernel(x, g, replace(out, offset=out.offset + tap * step), one, dtype, unit)
        for tap, one in enumerate(_one_by_one(sizes))
    ]


def _one_by_one(sizes: Correlation) -> Iterator[Correlation]:
    """For each tap of a row, the correlation with nothing but that one."""
    width = sizes.width
    for tap in range(width.taps):
        pad = width.pad - tap * width.dilation
        yield replace(sizes, width=replace(width, taps=1, dilation=1, pad=pad))


def _kernel(
    x: Ref, g: Ref, out: Ref, sizes: Correlation, dtype: np.dtype, unit: VectorUnit
) -> Kernel:
    """Sums for taps that follow one another in a row of an image."""
    rows = sizes.width.taps * sizes.channels
    tile = tile_shapes.best(rows, sizes.filters, unit.lanes(dtype), unit)
    image = (sizes.image.image + sizes.result.image) * dtype.itemsize
    block = max(1, IMAGE_BLOCK_BYTES // max(image, 1))
    return Kernel(
        _source(tile, dtype),
        (
            *(x, g, out, sizes.images, sizes.channels, sizes.filters, block),
            *(*sizes.image.strides, *sizes.result.strides, sizes.tap_strides[0]),
            *(*sizes.height.integers, *sizes.width.integers),
        ),
        reads=(0, 1),
        writes=(2,),
        extent=sizes.height.taps * -(-rows // tile.rows),
        operations=sizes.operations,
    )


@functools.cache
def _source(tile: Tile, dtype: np.dtype) -> Source:
    f = kernel_function(element(dtype))
    (x, g, out), a, (height, width) = arguments(f, 3, NAMES)
    blocks = _Blocks(f, tile.rows, width.taps * a["channels"])
    begin, end = f.parameter("begin"), f.parameter("end")
    with f.loop(begin, end) as i:
        _write_zeros(f, a, out, blocks.rows(i))
    with (
        f.loop(0, a["count"], a["block"]) as n,
        f.loop(begin, end) as i,
        f.loop(0, width.runs) as j,
        f.loop(0, a["filters"], tile.columns) as p,
    ):
        kh, first, last = blocks.rows(i)
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
            **_rows_and_columns(a, p),
        }
        tile.along(f, 0, last - first, lambda _: values)
    return source("pixel_sums", f, tile)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The rows of the result, tile by tile; no tile has taps of two rows."""

    function: Function
    size: int
    in_row: Value
    count: Value = field(init=False)

    def __post_init__(self) -> None:
        count = (self.in_row + (self.size - 1)) // self.size
        object.__setattr__(self, "count", count)

    def rows(self, i: Value) -> tuple[Value, Value, Value]:
        """The row of the filter, and where in it block i begins and ends."""
        begin = i % self.count * self.size
        row = i // self.count
        return row, begin, self.function.least(self.in_row, begin + self.size)


def _write_zeros(
    f: Function, a: dict[str, Value], out: Value, rows: tuple[Value, Value, Value]
) -> None:
    kh, first, last = rows
    start = f.at(out, kh * a["out_h"])
    with f.loop(first * a["filters"], last * a["filters"]) as i:
        f.store(Value(f, f.element, "0.0"), f.at(start, i), f.element)


def _rows_and_columns(a: dict[str, Value], p: Value) -> dict[str, Value | int]:
    """What is the same for all sums: from image to image, and inside of a tile."""
    return {
        "x_s2": a["x_n"],
        "x_row": 1,
        "y_s2": a["g_n"],
        "out_row": a["filters"],
        "columns": a["filters"] - p,
        "accumulate": 1,
    }


def _inner_sums(
    f: Function,
    a: dict[str, Value],
    axes: tuple[AxisValues, AxisValues],
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
