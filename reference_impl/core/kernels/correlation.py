"""Filters slid over images: a tile's rows are pixels, its columns are filters.

Pixels that follow one another in a row of the result, or in a column where the row is
short, as at the left and right border, are the rows of tiles. Where both are too short
to fill a tile, it has the same pixel of several images.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np

from ..kernel import Kernel, Ref, Source
from . import tile_shapes
from .filter_axis import AxisValues, FilterAxis, arguments
from .llvm import Function, Value, kernel_function
from .tiles import Tile, source
from .vector_unit import VectorUnit
from .vectors import element

# Fewer sums than this wait for one another.
LEAST_SUMS = tile_shapes.LATENCY * tile_shapes.MULTIPLY_ADDS
# Of images that share tiles, and are read again for every row: the second-level cache.
IMAGES_BYTES = 1 << 18

NAMES = (
    *("count", "channels", "filters", "is_row_parallel", "block"),
    *("x_n", "x_h", "x_w", "w_h", "w_w", "out_n", "out_h", "out_w"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How far apart images, rows and columns lie, in elements; channels are 1 apart."""

    image: int
    row: int
    column: int

    @property
    def strides(self) -> tuple[int, int, int]:
        """All three."""
        return self.image, self.row, self.column


@dataclass(frozen=True, slots=True)
class Correlation:
    """Which filters slide over which images, and how all of them lie in memory.

    Attributes
    ----------
    images, channels, filters : int
    height, width : FilterAxis
    image, result : Layout
        Of x and out.
    tap_strides : tuple of int
        From one row and column of the weight, which are (channels, filters), to the
        next that is used.
    """

    images: int
    channels: int
    filters: int
    height: FilterAxis
    width: FilterAxis
    image: Layout
    result: Layout
    tap_strides: tuple[int, int]

    @property
    def operations(self) -> int:
        """How many multiplications and additions there are."""
        taps = self.height.taps * self.width.taps
        outputs = self.images * self.height.outputs * self.width.outputs
        return 2 * outputs * taps * self.channels * self.filters


def correlated(
    x: Ref,
    weight: Ref,
    out: Ref,
    sizes: Correlation,
    *,
    dtype: np.dtype,
    unit: VectorUnit,
) -> Kernel:
    """Slide filters over images."""
    tile, block = _tile_and_block(sizes, dtype, unit)
    by_row = sizes.images == 1
    x_step = None if by_row else sizes.image.image * dtype.itemsize
    out_step = sizes.result.row if by_row else sizes.result.image
    return Kernel(
        _source(tile, dtype),
        (
            replace(x, step=x_step),
            weight,
            replace(out, step=out_step * dtype.itemsize),
            *(sizes.images, sizes.channels, sizes.filters, int(by_row), block),
            *(*sizes.image.strides, *sizes.tap_strides, *sizes.result.strides),
            *(*sizes.height.integers, *sizes.width.integers),
        ),
        reads=(0, 1),
        writes=(2,),
        extent=sizes.height.outputs if by_row else sizes.images,
        grain=min(block, tile.rows),
        operations=sizes.operations,
    )


def _tile_and_block(
    sizes: Correlation, dtype: np.dtype, unit: VectorUnit
) -> tuple[Tile, int]:
    """The tile, and how many images may share one.

    Pixels with the same taps fill the rows of a tile. If there are too few of them to
    hide how long a multiply-add takes, the same pixels of other images join them.
    """
    inner = (end - begin for begin, end in (sizes.height.inner, sizes.width.inner))
    lanes, rows = unit.lanes(dtype), max(*inner, 1)
    tile = tile_shapes.best(rows, sizes.filters, lanes, unit)
    if tile.rows * tile.vectors >= LEAST_SUMS or sizes.images <= rows:
        return tile, 1
    tile = tile_shapes.best(sizes.images, sizes.filters, lanes, unit)
    nbytes = (sizes.image.image + sizes.result.image) * dtype.itemsize
    return tile, -(-IMAGES_BYTES // max(nbytes * tile.rows, 1)) * tile.rows


@functools.cache
def _source(tile: Tile, dtype: np.dtype) -> Source:
    f = kernel_function(element(dtype))
    (x, weight, out), a, (height, width) = arguments(f, 3, NAMES)
    by_row = a["is_row_parallel"].equals(1)
    first, last = f.part(by_row, height.outputs)
    begin, end = f.part(a["is_row_parallel"].equals(0), a["count"])
    with (
        f.loop(begin, end, a["block"]) as n,
        f.loop(0, height.runs) as i,
        f.loop(0, width.runs) as j,
        f.loop(0, a["filters"], tile.columns) as p,
    ):
        h0, h1 = height.run(f, i)
        h0, h1 = f.most(h0, first), f.least(h1, last)
        w0, w1 = width.run(f, j)
        (kh0, kh1), (kw0, kw1) = height.tap_range(f, h0), width.tap_range(f, w0)
        pixel = height.pixel(h0, kh0) * a["x_h"] + width.pixel(w0, kw0) * a["x_w"]
        sums = _sums(f, a, (height, width), (kh1 - kh0, kw1 - kw0))
        block = _Block(
            f,
            x=f.at(x, n * a["x_n"] + pixel),
            out=f.at(out, n * a["out_n"] + h0 * a["out_h"] + w0 * a["out_w"] + p),
            sizes=(f.least(end - n, a["block"]), h1 - h0, w1 - w0),
            x_strides=(a["x_n"], height.stride * a["x_h"], width.stride * a["x_w"]),
            out_strides=(a["out_n"], a["out_h"], a["out_w"]),
        )
        sums["y"] = f.at(weight, kh0 * a["w_h"] + kw0 * a["w_w"] + p)
        block.write(tile, sums | {"columns": a["filters"] - p})
    return source("correlated", f, tile)


def _sums(
    f: Function,
    a: dict[str, Value],
    axes: tuple[AxisValues, AxisValues],
    taps: tuple[Value, Value],
) -> dict[str, Value | int]:
    """Over what a tile sums, and how far apart that lies."""
    height, width = axes
    x_w, one = width.dilation * a["x_w"], Value(f, "i64", "1")
    # Where a column's channels are followed by the next column's, their sums are one.
    is_dense = x_w.equals(a["channels"]) & a["w_w"].equals(a["channels"] * a["filters"])
    return {
        "s2": taps[0],
        "s1": f.chosen(is_dense, one, taps[1]),
        "k": f.chosen(is_dense, f.most(taps[1], 0) * a["channels"], a["channels"]),
        "x_s2": height.dilation * a["x_h"],
        "x_s1": x_w,
        "x_k": 1,
        "y_s2": a["w_h"],
        "y_s1": a["w_w"],
        "y_k": a["filters"],
        "accumulate": 0,
    }


@dataclass(frozen=True, slots=True)
class _Block:
    """Images, rows and columns of a result that have the same taps.

    Attributes
    ----------
    x, out : Value
        Addresses of the first pixel's first tap, and of its result.
    sizes, x_strides, out_strides : tuple of Value
        Of images, rows and columns.
    """

    function: Function
    x: Value
    out: Value
    sizes: tuple[Value, Value, Value]
    x_strides: tuple[Value, Value, Value]
    out_strides: tuple[Value, Value, Value]

    def write(self, tile: Tile, values: dict[str, Value | int]) -> None:
        """Write instructions that compute it, tiles along the axis that fills them."""
        f = self.function
        images, rows, columns = zip(
            self.sizes, self.x_strides, self.out_strides, strict=True
        )
        longer, shorter = _ordered(f, columns[0] >= rows[0], columns, rows)
        is_short = (longer[0] < tile.rows) & (longer[0] < images[0])
        (size, x_row, out_row), outer = _ordered(f, is_short, images, longer)
        with f.loop(0, outer[0]) as i, f.loop(0, shorter[0]) as j:
            x = f.at(self.x, i * outer[1] + j * shorter[1])
            out = f.at(self.out, i * outer[2] + j * shorter[2])
            tile.along(
                f,
                0,
                size,
                lambda row: {
                    **values,
                    "x": f.at(x, row * x_row),
                    "out": f.at(out, row * out_row),
                    "x_row": x_row,
                    "out_row": out_row,
                },
            )


# The size of an axis, and how far apart neighbours lie in x and in out.
_Side = tuple[Value, ...]


def _ordered(
    f: Function, condition: Value, one: _Side, other: _Side
) -> tuple[_Side, _Side]:
    """Both sides, the other one first if the condition does not hold."""
    pairs = list(zip(one, other, strict=True))
    first = tuple(f.chosen(condition, x, y) for x, y in pairs)
    return first, tuple(f.chosen(condition, y, x) for x, y in pairs)
