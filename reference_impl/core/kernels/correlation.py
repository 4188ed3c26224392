"""Filters slid over images: a tile's rows are pixels, its columns are filters.

Pixels that follow one another in a row of the result, or in a column where the row is
short, as at the left and right border, are the rows of tiles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..kernel import LLVM, Kernel, Ref, Source, named
from . import shapes, windows
from .llvm import Function, Value, kernel
from .tiles import Tile
from .vector_unit import VectorUnit
from .vectors import declarations, element
from .windows import Axis, Window

NAMES = (
    *("count", "channels", "filters", "is_row_parallel"),
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


def correlated(
    x: Ref,
    weight: Ref,
    out: Ref,
    *,
    images: int,
    channels: int,
    filters: int,
    height: Window,
    width: Window,
    layouts: tuple[Layout, Layout],
    tap_strides: tuple[int, int],
    dtype: np.dtype,
    target: VectorUnit,
) -> Kernel:
    """Slide filters over images.

    Parameters
    ----------
    layouts : tuple of Layout
        Of x and out.
    tap_strides : tuple of int
        From one row and column of the weight, which are (channels, filters), to the
        next that is used.
    """
    begin, end = width.inner
    tile = shapes.best(max(end - begin, 1), filters, target.lanes(dtype), target)
    by_row = images == 1
    x_layout, out_layout = layouts
    own = (None, out_layout.row) if by_row else (x_layout.image, out_layout.image)
    x_step, out_step = (s if s is None else s * dtype.itemsize for s in own)
    taps = height.taps * width.taps
    outputs = images * height.outputs * width.outputs
    return Kernel(
        _source(tile, dtype),
        (
            *(replace(x, step=x_step), weight, replace(out, step=out_step)),
            *(images, channels, filters, int(by_row)),
            *(*x_layout.strides, *tap_strides, *out_layout.strides),
            *(*height.integers, *width.integers),
        ),
        reads=(0, 1),
        writes=(2,),
        extent=height.outputs if by_row else images,
        operations=2 * outputs * taps * channels * filters,
    )


def _source(tile: Tile, dtype: np.dtype) -> Source:
    f = kernel(element(dtype))
    clipped = replace(tile, is_clipped=True)
    (x, weight, out), integers = f.arguments(3, len(NAMES) + 2 * windows.INTEGERS)
    a = dict(zip(NAMES, integers[: len(NAMES)], strict=True))
    sizes = integers[len(NAMES) :]
    height, width = Axis(*sizes[: windows.INTEGERS]), Axis(*sizes[windows.INTEGERS :])
    by_row = a["is_row_parallel"].equals(1)
    rows = f.part(by_row, height.outputs)
    with (
        f.loop(*f.part(a["is_row_parallel"].equals(0), a["count"])) as n,
        f.loop(0, height.runs) as i,
        f.loop(0, width.runs) as j,
        f.loop(0, a["filters"], tile.columns) as p,
    ):
        h0, h1 = height.run(f, i)
        h0, h1 = f.most(h0, rows[0]), f.least(h1, rows[1])
        w0, w1 = width.run(f, j)
        kh0, kh1 = height.tap_range(f, h0)
        kw0, kw1 = width.tap_range(f, w0)
        taps = f.most(kw1 - kw0, 0)
        # Where columns and channels follow one another, their sums are one.
        is_dense = (a["x_w"] * width.dilation).equals(a["channels"]) & a["w_w"].equals(a["channels"]*a["filters"])
        x_start = f.at(x, n * a["x_n"] + height.pixel(h0, kh0) * a["x_h"] + width.pixel(w0, kw0) * a["x_w"])
        w_start = f.at(weight, kh0 * a["w_h"] + kw0 * a["w_w"] + p)
        out_start = f.at(out, n * a["out_n"] + h0 * a["out_h"] + w0 * a["out_w"] + p)
        is_wide = w1 - w0 >= h1 - h0
        across = w1 - w0, height... 
