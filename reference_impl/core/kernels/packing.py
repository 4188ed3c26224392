"""Panels of a matrix, each copied to where its rows follow one another.

A panel has the columns of a tile. What the last panel has too many may be anything:
sums over them are never stored.
"""

from __future__ import annotations

import numpy as np

from ..kernel import LLVM, Kernel, Ref, Source, named
from .llvm import Function, Value, kernel
from .target import Target
from .transposing import Rows, block_size, write_strip
from .vectors import Vectors, declarations, element


def packed(
    y: Ref,
    out: Ref,
    *,
    N: int,
    K: int,
    strides: tuple[int, int],
    batch: tuple[int, int],
    columns: int,
    dtype: np.dtype,
    target: Target,
) -> Kernel:
    """Copy a batch of y, (K, N), into panels, (panels, K, columns).

    Parameters
    ----------
    strides : tuple of int
        Of rows and columns, one of them 1.
    batch : tuple of int
        How many matrices there are, and how far apart.
    """
    count, step = batch
    panels, size = -(-N // columns), dtype.itemsize
    is_batched = count > 1
    # The rows of a transposed y are a panel's own, if they follow one another.
    own = columns * K if strides == (1, K) else None
    y_step = step if is_batched else own
    out_step = (panels if is_batched else 1) * K * columns
    return Kernel(
        _source(columns, strides[1] == 1, dtype, target),
        (
            Ref(y.buffer, y.offset, y_step and y_step * size, y.turn),
            Ref(out.buffer, out.offset, out_step * size, out.turn),
            *(N, K, max(strides), count, step, int(is_batched)),
        ),
        reads=(0,),
        writes=(1,),
        extent=count if is_batched else panels,
    )


def _source(columns: int, is_straight: bool, dtype: np.dtype, target: Target) -> Source:
    f = kernel(element(dtype))
    lanes = target.lanes(dtype) if is_straight else block_size(dtype, target)
    (y, out), (N, K, stride, count, step, is_batched) = f.arguments(2, 6)
    panels = (N + (columns - 1)) // columns
    with (
        f.loop(*f.part(is_batched.equals(1), count)) as b,
        f.loop(*f.part(is_batched.equals(0), panels)) as p,
        f.loop(0, f.least(N - p * columns, columns), lanes) as j,
    ):
        first, left = p * columns + j, N - (p * columns + j)
        y, out = f.at(y, b * step), f.at(out, (b * panels + p) * columns * K + j)
        if is_straight:
            _write_copy(f, lanes, (f.at(y, first), stride), (out, columns), (K, left))
        else:
            write_strip(f, lanes, (f.at(y, first * stride), stride), (out, columns), (left, K))
    return named("packed", f"{declarations(lanes, f.element)}\n{f}\n", LLVM)


def _write_copy(
    f: Function, lanes: int, y: Rows, out: Rows, sizes: tuple[Value, Value]
) -> None:
    vectors = Vectors(f, lanes)
    mask = vectors.mask(sizes[1])
    with f.loop(0, sizes[0]) as k:
        row = vectors.load(f.at(y[0], y[1] * k), mask)
        vectors.store(row, f.at(out[0], k * out[1]))
