"""Products of matrices, one or a batch of them.

The result is cut into tiles; a panel of y, as wide as a tile, is read for all the tiles
above each other before the next panel is. A transposed y is copied first, panel by
panel.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..kernel import Buffer, Kernel, Ref, Source, own_bytes
from . import tile_shapes
from .llvm import Function, Value, kernel_function
from .packing import packed
from .tiles import Tile, source
from .vector_unit import VectorUnit
from .vectors import element

# Of y, rows that are read again for all rows of x: they stay in the second-level cache.
K_BLOCK = 256
# Of x, bytes that are read again for all panels of y.
X_BLOCK_BYTES = 1 << 18
# From so many rows on, threads share them; else the columns, so that y is read once.
SHARED_ROWS = 48

BATCH, ROWS, COLUMNS = range(3)
NAMES = (
    *("m", "n", "k", "x_row", "x_k", "y_k", "y_panel", "out_row"),
    *("count", "x_step", "y_step", "out_step"),
    *("axis", "x_block"),
)


def products(
    x: Ref,
    y: Ref,
    out: Ref,
    *,
    M: int,
    N: int,
    K: int,
    x_strides: tuple[int, int],
    y_strides: tuple[int, int],
    out_stride: int,
    batch: tuple[int, int, int, int] = (1, 0, 0, 0),
    dtype: np.dtype,
    unit: VectorUnit,
) -> list[Kernel]:
    """Multiply matrices: out = x @ y.

    Shapes
    ------
    x    (M, K)  with any strides
    y    (K, N)  with one stride of 1
    out  (M, N)  with columns side by side

    Parameters
    ----------
    x_strides, y_strides : tuple of int
        Of rows and columns. Like all strides and steps, in elements.
    batch : tuple of int
        How many products there are, and how far apart their x, y and out lie.
    """
    count, x_step, y_step, out_step = batch
    if (y_step, x_step, out_step) == (0, M * x_strides[0], M * out_stride):
        count, M = 1, M * count  # with one y for all, the rows of a batch are rows
    if not (M and N and count):
        return []
    tile = tile_shapes.best(M, N, unit.lanes(dtype), unit)
    panels, copies = Panels(y, y_strides[0], tile.columns, y_step), list[Kernel]()
    if _is_transposed(N, K, y_strides):
        sizes = (N, K, y_strides[1], count if y_step else 1)
        panels, copies = _packed(panels, sizes, dtype, unit)
        tile = replace(tile, is_padded=True)
    strides = (*x_strides, panels.k, panels.panel, out_stride)
    refs, batch = (x, panels.start, out), (count, x_step, panels.step, out_step)
    return [*copies, _kernel(refs, (M, N, K), strides, batch, tile, dtype)]


def _kernel(
    refs: Sequence[Ref],
    sizes: tuple[int, int, int],
    strides: tuple[int, ...],
    batch: tuple[int, int, int, int],
    tile: Tile,
    dtype: np.dtype,
) -> Kernel:
    """Products of x and panels of y."""
    (M, N, K), (count, *steps), panels = sizes, batch, -(-sizes[1] // tile.columns)
    axis = _axis(M, panels, count)
    own = _own_bytes(axis, sizes, strides, steps, tile, dtype.itemsize)
    return Kernel(
        _source(tile, dtype),
        (
            *(replace(ref, step=step) for ref, step in zip(refs, own, strict=True)),
            *(*sizes, *strides, *batch, axis, _x_block(K, tile, dtype)),
        ),
        reads=(0, 1),
        writes=(2,),
        extent=(count, M, panels)[axis],
        grain=tile.rows if axis == ROWS else 1,
        operations=2 * count * M * N * K,
    )


def _x_block(K: int, tile: Tile, dtype: np.dtype) -> int:
    """How many rows of x are read again for all panels of y."""
    rows = X_BLOCK_BYTES // (max(1, min(K, K_BLOCK)) * dtype.itemsize)
    return -(-rows // tile.rows) * tile.rows


@dataclass(frozen=True, slots=True)
class Panels:
    """Where y's columns lie, as many as a tile has at a time.

    Attributes
    ----------
    start : Ref
    k, panel, step : int
        From row to row of a panel, from panel to panel, and from y to y in a batch.
    """

    start: Ref
    k: int
    panel: int
    step: int


def _packed(
    y: Panels,
    sizes: tuple[int, int, int, int],
    dtype: np.dtype,
    unit: VectorUnit,
) -> tuple[Panels, list[Kernel]]:
    """Panels of a transposed y, each in one piece, and what makes them."""
    N, K, stride, count = sizes
    columns, panel = y.panel, K * y.panel
    step = -(-N // columns) * panel
    copy = Ref(Buffer(count * step * dtype.itemsize, "packed"))
    kernel = packed(
        *(y.start, copy),
        N=N,
        K=K,
        stride=stride,
        batch=(count, y.step),
        columns=columns,
        dtype=dtype,
        unit=unit,
    )
    return Panels(copy, columns, panel, step if y.step else 0), [kernel]


def _is_transposed(N: int, K: int, strides: tuple[int, int]) -> bool:
    if N == 1 or strides[1] == 1:
        return False
    if K > 1 and strides[0] != 1:
        raise ValueError(
            f"products: one stride of y must be 1, or y must be copied; got {strides}"
        )
    return True


def _axis(M: int, panels: int, count: int) -> int:
    if count > 1:
        return BATCH
    return COLUMNS if M < SHARED_ROWS and panels > 1 else ROWS


def _own_bytes(
    axis: int,
    sizes: tuple[int, int, int],
    strides: tuple[int, ...],
    steps: Sequence[int],
    tile: Tile,
    itemsize: int,
) -> tuple[int | None, ...]:
    """How many bytes of x, y and out belong to an element of the axis alone."""
    (M, N, K), (x_row, x_k, y_k, y_panel, out_row) = sizes, strides
    panels = -(-N // tile.columns)
    is_packed = y_k == tile.columns and y_panel == K * tile.columns
    if axis == BATCH:
        inner = (
            ((M, x_row), (K, x_k)),
            ((panels * y_panel, 1),) if is_packed else ((K, y_k), (N, 1)),
            ((M, out_row), (N, 1)),
        )
        pairs = zip(steps, inner, strict=True)
        return tuple(own_bytes(step, axes, itemsize) for step, axes in pairs)
    if axis == ROWS:
        x_own = own_bytes(x_row, [(K, x_k)], itemsize)
        return x_own, None, own_bytes(out_row, [(N, 1)], itemsize)
    y_own, out_own = y_panel * itemsize, tile.columns * itemsize
    return None, y_own if is_packed else None, out_own if M == 1 else None


@functools.cache
def _source(tile: Tile, dtype: np.dtype) -> Source:
    f = kernel_function(element(dtype))
    (x, y, out), integers = f.arguments(3, len(NAMES))
    a = dict(zip(NAMES, integers, strict=True))
    panels = (a["n"] + (tile.columns - 1)) // tile.columns
    b_range, m_range, p_range = (
        f.part(a["axis"].equals(axis), size)
        for axis, size in ((BATCH, a["count"]), (ROWS, a["m"]), (COLUMNS, panels))
    )
    with (
        f.loop(*b_range) as b,
        f.loop(*m_range, a["x_block"]) as m_block,
        # A sum of nothing is zero, and has to be stored.
        f.loop(0, f.most(a["k"], 1), K_BLOCK) as k,
        f.loop(*p_range) as p,
    ):
        y_start = f.at(y, b * a["y_step"] + k * a["y_k"] + p * a["y_panel"])
        x_start = f.at(x, b * a["x_step"] + k * a["x_k"])
        out_start = f.at(out, b * a["out_step"] + p * tile.columns)
        sums = _sums(f, a, k) | {"y": y_start, "columns": a["n"] - p * tile.columns}
        tile.along(
            f,
            m_block,
            f.least(m_block + a["x_block"], m_range[1]),
            lambda m: {
                **sums,
                "x": f.at(x_start, m * a["x_row"]),
                "out": f.at(out_start, m * a["out_row"]),
            },
        )
    return source("products", f, tile)


def _sums(f: Function, a: dict[str, Value], k: Value) -> dict[str, Value | int]:
    """Over what a tile sums, from k on, and how far apart that lies."""
    return {
        "s2": 1,
        "s1": 1,
        "k": f.least(a["k"] - k, K_BLOCK),
        **dict.fromkeys(("x_s2", "x_s1", "y_s2", "y_s1"), 0),
        **{name: a[name] for name in ("x_row", "x_k", "y_k", "out_row")},
        "accumulate": k,
    }
