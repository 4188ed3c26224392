"""Products of matrices as kernels: views as what a kernel is told of them."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from ..kernel import Kernel
from ..kernels.gemm import products
from .draft import copy
from .machine import vector_unit
from .view import View, new_view

# For every chunk of its rows a product reads all of y. With so many rows that takes a
# tenth of the time: few where y is in the second-level cache, many where it is not.
CACHE_BYTES = 1 << 19
FEW_ROWS, MANY_ROWS = 64, 192


def matmul(x: View, y: View, out: View) -> list[Kernel]:
    """The kernels of a product of floats; the result is in row-major order."""
    moved: list[Kernel] = []
    x = x if _is_evenly_spaced(x) else _copied(x, moved)
    y = y if _is_evenly_spaced(y) and 1 in _strides(y) else _copied(y, moved)
    (M, K), N = x.shape[-2:], y.shape[-1]
    count = math.prod(out.shape[:-2])
    kernels = products(
        x.ref(),
        y.ref(),
        out.ref(),
        M=M,
        N=N,
        K=K,
        x_strides=_strides(x),
        y_strides=_strides(y),
        out_stride=_strides(out)[0],
        batch=(count, _batch_step(x) or 0, _batch_step(y) or 0, _batch_step(out) or 0),
        dtype=x.dtype,
        unit=vector_unit(),
    )
    return moved + [_with_grain(kernel, y) for kernel in kernels]


def _is_evenly_spaced(x: View) -> bool:
    """Whether a kernel can step from matrix to matrix, row to row, column to column."""
    return _batch_step(x) is not None and not _is_repeated(x)


def _copied(x: View, moved: list[Kernel]) -> View:
    """The same matrices in row-major order, and the kernel that moves them there."""
    into = new_view(x.shape, x.dtype, "copy")
    moved += copy(x, into)
    return into


def _with_grain(kernel: Kernel, y: View) -> Kernel:
    """A product that is not cut so small that it reads y again and again."""
    rows = FEW_ROWS if y.array.nbytes <= CACHE_BYTES else MANY_ROWS
    is_cut = kernel.grain > 1
    return replace(kernel, grain=min(rows, kernel.extent)) if is_cut else kernel


def _is_repeated(x: View) -> bool:
    """Whether rows or columns of the matrices are the same one again and again."""
    pairs = zip(x.shape[-2:], x.strides[-2:], strict=True)
    return any(size > 1 and not stride for size, stride in pairs)


def _strides(x: View) -> tuple[int, int]:
    """How far apart rows are, and columns; NumPy leaves it open where there is one."""
    (rows, columns), (row, column) = x.shape[-2:], x.strides[-2:]
    column = column if columns > 1 else 1
    return row if rows > 1 else columns * column, column


def _batch_step(x: View) -> int | None:
    """How far apart the matrices of a batch lie, if they are evenly spaced."""
    sizes, strides = x.shape[:-2], x.strides[:-2]
    pairs = [(n, s) for n, s in zip(sizes, strides, strict=True) if n != 1]
    for (_, far), (size, near) in itertools.pairwise(pairs):
        if far != near * size:
            return None
    return pairs[-1][1] if pairs else 0
