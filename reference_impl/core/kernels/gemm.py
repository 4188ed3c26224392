"""Products of matrices, one or a batch of them.

The result is cut into tiles; a panel of y, as wide as a tile, is read for all the tiles
above each other before the next panel is. A transposed y is copied first, panel by
panel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..kernel import LLVM, Buffer, Kernel, Ref, Source, named
from . import shapes
from .llvm import kernel
from .packing import packed
from .tiles import Tile
from .vector_unit import VectorUnit
from .vectors import declarations, element

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
    panels, y_k, y_panel, kernels = (
        -(-N // tile.columns),
        y_strides[0],
        tile.columns,
        [],
    )
    if _is_transposed(N, K, y_strides):
        copies, y_k, y_panel = (count if y_step else 1), tile.columns, K * tile.columns
        tile = replace(tile, is_padded=True)
        copy = Ref(scratch(copies * panels * y_panel * dtype.itemsize, "packed"))
        kernels.append(
            packed(
                *(y, copy),
                N=N,
                K=K,
                stride=y_strides[1],
                batch=(copies, y_step),
                columns=tile.columns,
                dtype=dtype,
                target=target,
            )
        )
        y, y_step = copy, panels * y_panel if y_step else 0
    strides = (*x_strides, y_k, y_panel, out_stride)
    x_block = max(1, X_BLOCK_BYTES // (min(K, K_BLOCK) or 1) // dtype.itemsize)
    axis = _axis(M, panels, count)
    owned = _owned(axis, (M, N, K), strides, (x_step, y_step, out_step))
    kernels.append(
        Kernel(
            _source(tile, dtype),
            (
                *(
                    _stepped(*pair, dtype)
                    for pair in zip((x, y, out), owned, strict=True)
                ),
                *(M, N, K, *strides, count, x_step, y_step, out_step),
                *(axis, int(accumulate), -(-x_block // tile.rows) * tile.rows),
            ),
            reads=(0, 1, 2) if accumulate else (0, 1),
            writes=(2,),
            extent=(count, M, panels)[axis],
            grain=tile.rows if axis == ROWS else 1,
            operations=2 * count * M * N * K,
        )
    )
    return kernels


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
) -> tuple[int | None, ...]:
    """How many elements of x, y and out belong to a part of the axis alone."""
    (M, N, K), (x_row, x_k, y_k, y_panel, out_row) = sizes, strides
    extents = (
        (M - 1) * x_row + (K - 1) * x_k + 1,
        max(y_panel * -(-N // y_k), (K - 1) * y_k + N),
        (M - 1) * out_row + N,
    )
    if axis == BATCH:
        pairs = zip(extents, steps, strict=True)
        return tuple(step if extent <= step else None for extent, step in pairs)
    if axis == ROWS:
        return x_row if (K - 1) * x_k < x_row else None, None, out_row
    return None, y_panel if y_panel >= y_k * K else None, y_k if M == 1 else None


def _stepped(ref: Ref, step: int | None, dtype: np.dtype) -> Ref:
    return replace(ref, step=None if step is None else step * dtype.itemsize)


def _source(tile: Tile, dtype: np.dtype) -> Source:
    f = kernel(element(dtype))
    clipped = replace(tile, is_clipped=True)
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
        m_whole = m_block + (m_end - m_block) // tile.rows * tile.rows
        y_start = f.at(y, b * a["y_step"] + k * a["y_k"] + p * a["y_panel"])
        for shape, begin, end in ((tile, m_block, m_whole), (clipped, m_whole, m_end)):
            with f.loop(begin, end, tile.rows) as m:
                where = b * a["out_step"] + m * a["out_row"] + p * tile.columns
                shape.call(
                    f,
                    {
                        "x": f.at(x, b * a["x_step"] + m * a["x_row"] + k * a["x_k"]),
                        "y": y_start,
                        "out": f.at(out, where),
                        **dict.fromkeys(("x_s2", "x_s1", "y_s2", "y_s1"), 0),
                        "s2": 1,
                        "s1": 1,
                        "k": f.least(a["k"] - k, K_BLOCK),
                        **{n: a[n] for n in ("x_row", "x_k", "y_k", "out_row")},
                        "rows": m_end - m,
                        "columns": a["n"] - p * tile.columns,
                        "accumulate": a["accumulate"] + k,
                    },
                )
    tiles = [shape.text(f.element) for shape in (tile, clipped)]
    text = "\n".join([declarations(tile.lanes, f.element), *tiles, str(f), ""])
    return named("products", text, LLVM)
