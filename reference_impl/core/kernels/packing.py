"""Panels of a transposed matrix, each turned over to where its rows follow one another.

A panel has the columns of a tile. What the last panel has too many may be anything:
sums over them are never stored.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from ..kernel import LLVM, Kernel, Ref, Source, named, own_bytes
from .llvm import kernel_function
from .transposing import block_size, write_strip
from .vector_unit import VectorUnit
from .vectors import declarations, element


def packed(
    y: Ref,
    out: Ref,
    *,
    N: int,
    K: int,
    stride: int,
    batch: tuple[int, int],
    columns: int,
    dtype: np.dtype,
    unit: VectorUnit,
) -> Kernel:
    """Copy a batch of y, (N, K), to panels, (panels, K, columns).

    Parameters
    ----------
    stride : int
        Of y's rows, in elements.
    batch : tuple of int
        How many matrices there are, and how far apart in elements.
    """
    count, step = batch
    panels, size = -(-N // columns), dtype.itemsize
    is_batched = count > 1
    y_step, own_columns = (step, N) if is_batched else (columns * stride, columns)
    own = own_bytes(y_step, ((own_columns, stride), (K, 1)), size)
    out_step = K * columns * (panels if is_batched else 1)
    return Kernel(
        _source(columns, dtype, unit),
        (
            replace(y, step=own),
            replace(out, step=out_step * size),
            *(N, K, stride, count, step, int(is_batched)),
        ),
        reads=(0,),
        writes=(1,),
        extent=count if is_batched else panels,
    )


@functools.cache
def _source(columns: int, dtype: np.dtype, unit: VectorUnit) -> Source:
    f, size = kernel_function(element(dtype)), block_size(dtype, unit)
    (y, out), (N, K, stride, count, step, is_batched) = f.arguments(2, 6)
    panels = (N + (columns - 1)) // columns
    with (
        f.loop(*f.part(is_batched.equals(1), count)) as b,
        f.loop(*f.part(is_batched.equals(0), panels)) as p,
        f.loop(0, f.least(N - p * columns, columns), size) as j,
    ):
        row = p * columns + j
        rows = f.at(y, b * step + row * stride), stride
        place = f.at(out, (b * panels + p) * columns * K + j), columns
        write_strip(f, size, rows, place, (N - row, K))
    return named("packed", f"{declarations(size, f.element)}\n{f}\n", LLVM)
