"""Products of matrices, one or a batch of them.

The result is cut into tiles; a panel of y, as wide as a tile, is read for all the tiles
above each other before the next panel is. A transposed y is copied first, panel by
panel.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..kernel import Buffer, Kernel, Ref, Source, own_elements
from . import shapes
from .llvm import Value, kernel
from .packing import packed
from .tiles import Tile, source
from .vector_unit import VectorUnit
from .vectors import element

Scratch = Callable[[int, str], Buffer]

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
    *("axis", "accumulate", "x_block"),
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
    accumulate: bool = False,
    scratch: Scratch,
    target: VectorUnit,
) -> list[Kernel]:
    """Multiply matrices: out = x @ y, or out += x @ y.

    Shapes
    ------
    x    (M, K)  with any strides
    y    (K, N)  with any strides
    out  (M, N)  with columns side by side

    Parameters
    ----------
    x_strides, y_strides : tuple of int
        Of rows and columns. Like all strides and steps, in elements.
    batch : tuple of int
        How many products there are, and how far apart their x, y and out lie.
    scratch : callable
        Makes a buffer from its size in bytes and a word on what makes it.
    """
    count, x_step, y_step, out_step = batch
    if (y_step, x_step, out_step) == (0, M * x_strides[0], M * out_stride):
        # With one y for all, the rows of a batch are rows.
        count, M = 1, M * count
    if not (M and N and count):
        return []
    tile = shapes.best(M, N, target.lanes(dtype), target)
    panels = Panels(y, y_strides[0], tile.columns, y_step)
    kernels: list[Kernel] = []
    if _is_transposed(N, K, y_strides):
        tile = replace(tile, is_padded=True)
        sizes = (N, K, y_strides[1], count if y_step else 1)
        panels, kernels = _packed(panels, sizes, dtype, scratch, target)
    axis = _axis(M, -(-N // tile.columns), count)
    strides = (*x_strides, panels.k, panels.panel, out_stride)
    steps = (x_step, panels.step, out_step)
    owned = _owned(axis, (M, N, K), strides, steps, tile)
    refs = zip((x, panels.start, out), owned, strict=True)
    x_block = X_BLOCK_BYTES // (max(1, min(K, K_BLOCK)) * dtype.itemsize)
    kernel = Kernel(
        _source(tile, dtype),
        (
            *(_stepped(ref, step, dtype) for ref, step in refs),
            *(M, N, K, *strides, count, *steps, axis, int(accumulate)),
            -(-x_block // tile.rows) * tile.rows,
        ),
        reads=(0, 1, 2) if accumulate else (0, 1),
        writes=(2,),
        extent=(count, M, -(-N // tile.columns))[axis],
        grain=tile.rows if axis == ROWS else 1,
        operations=2 * count * M * N * K,
    )
    return [*kernels, kernel]


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
    scratch: Scratch,
    target: VectorUnit,
) -> tuple[Panels, list[Kernel]]:
    """Panels of a transposed y, each in one piece, and what makes them."""
    N, K, stride, count = sizes
    columns, panel = y.panel, K * y.panel
    step = -(-N // columns) * panel
    copy = Ref(scratch(count * step * dtype.itemsize, "packed"))
    kernel = packed(
        *(y.start, copy),
        N=N,
        K=K,
        stride=stride,
        batch=(count, y.step),
        columns=columns,
        dtype=dtype,
        target=target,
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


def _owned(
    axis: int,
    sizes: tuple[int, int, int],
    strides: tuple[int, ...],
    steps: tuple[int, int, int],
    tile: Tile,
) -> tuple[int | None, ...]:
    """How many elements of x, y and out belong to a part of the axis alone."""
    (M, N, K), (x_row, x_k, y_k, y_panel, out_row) = sizes, strides
    panels = -(-N // tile.columns)
    is_packed = y_k == tile.columns and y_panel == K * tile.columns
    if axis == BATCH:
        inner = (
            ((M, x_row), (K, x_k)),
            ((panels * y_panel, 1),) if is_packed else ((K, y_k), (N, 1)),
            ((M, out_row), (N, 1)),
        )
        return tuple(map(own_elements, steps, inner))
    if axis == ROWS:
        return own_elements(x_row, [(K, x_k)]), None, own_elements(out_row, [(N, 1)])
    return None, y_panel if is_packed else None, tile.columns if M == 1 else None


def _stepped(ref: Ref, step: int | None, dtype: np.dtype) -> Ref:
    return replace(ref, step=None if step is None else step * dtype.itemsize)


@functools.cache
def _source(tile: Tile, dtype: np.dtype) -> Source:
    f = kernel(element(dtype))
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
        m_end = f.least(m_block + a["x_block"], m_range[1])
        y_start = f.at(y, b * a["y_step"] + k * a["y_k"] + p * a["y_panel"])
        x_start = f.at(x, b * a["x_step"] + k * a["x_k"])
        out_start = f.at(out, b * a["out_step"] + p * tile.columns)
        values: dict[str, Value | int] = {
            "y": y_start,
            "s2": 1,
            "s1": 1,
            "k": f.least(a["k"] - k, K_BLOCK),
            **dict.fromkeys(("x_s2", "x_s1", "y_s2", "y_s1"), 0),
            **{name: a[name] for name in ("x_row", "x_k", "y_k", "out_row")},
            "columns": a["n"] - p * tile.columns,
            "accumulate": a["accumulate"] + k,
        }
        tile.along(
            f,
            m_block,
            m_end,
            lambda m: {
                **values,
                "x": f.at(x_start, m * a["x_row"]),
                "out": f.at(out_start, m * a["out_row"]),
            },
        )
    return source("products", f, tile)
