"""Matrices turned over: out[j, i] = x[i, j].

A square block fits into vector registers, a row in each. It is turned over there by
exchanging halves: of rows that lie n/2 apart, then n/4, and so on down to neighbours.
Memory sees nothing but whole rows of blocks.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..kernel import LLVM, Kernel, Ref, Source, named, own_bytes
from .llvm import Function, Value, kernel_function
from .vector_unit import VectorUnit
from .vectors import Vectors, declarations, element

# Columns of x that are read before the next rows are: few enough that the rows of out
# that they become stay in the first-level cache.
COLUMN_BLOCK = 64

# The address of a row, and the distance to the next one in elements.
Rows = tuple[Value, Value | int]


def transposed(
    x: Ref,
    out: Ref,
    *,
    M: int,
    N: int,
    x_stride: int,
    out_stride: int,
    batch: tuple[int, int, int] = (1, 0, 0),
    dtype: np.dtype,
    unit: VectorUnit,
) -> list[Kernel]:
    """Copy x, (M, N), to out, (N, M).

    Parameters
    ----------
    x_stride, out_stride : int
        From row to row, in elements; columns lie side by side.
    batch : tuple of int
        How many matrices there are, and how far apart those of x and out lie.
    dtype : np.dtype
        Any of 4 or 8 bytes.
    """
    count, *_ = batch
    if not (M and N and count):
        return []
    is_batched, strides = count > 1, (x_stride, out_stride)
    x_step, out_step = _steps((M, N), strides, batch, dtype.itemsize)
    refs = replace(x, step=x_step), replace(out, step=out_step)
    kernel = Kernel(
        _source(np.dtype(f"u{dtype.itemsize}"), unit),
        (*refs, M, N, *strides, *batch, int(is_batched)),
        reads=(0,),
        writes=(1,),
        extent=count if is_batched else N,
        grain=1 if is_batched else COLUMN_BLOCK,
    )
    return [kernel]


def _steps(
    sizes: tuple[int, int],
    strides: tuple[int, int],
    batch: tuple[int, int, int],
    itemsize: int,
) -> tuple[int | None, int | None]:
    """How many bytes of x and out belong to one element of the axis alone."""
    (M, N), (x_row, out_row), (count, x_step, out_step) = sizes, strides, batch
    if count == 1:
        return None, own_bytes(out_row, [(M, 1)], itemsize)
    return (
        own_bytes(x_step, [(M, x_row), (N, 1)], itemsize),
        own_bytes(out_step, [(N, out_row), (M, 1)], itemsize),
    )


@functools.cache
def _source(dtype: np.dtype, unit: VectorUnit) -> Source:
    f, size = kernel_function(element(dtype)), block_size(dtype, unit)
    (x, out), integers = f.arguments(2, 8)
    M, N, x_row, out_row, count, x_step, out_step, is_batched = integers
    begin, end = f.part(is_batched.equals(0), N)
    with (
        f.loop(*f.part(is_batched.equals(1), count)) as b,
        f.loop(begin, end, COLUMN_BLOCK) as j,
        f.loop(0, M, size) as i,
    ):
        start = f.at(x, b * x_step + i * x_row + j)
        place = f.at(out, b * out_step + j * out_row + i)
        limits = M - i, f.least(end - j, COLUMN_BLOCK)
        write_strip(f, size, (start, x_row), (place, out_row), limits)
    return named("transposed", f"{declarations(size, f.element)}\n{f}\n", LLVM)


def block_size(dtype: np.dtype, unit: VectorUnit) -> int:
    """The side of a block; half of the registers are for the exchange."""
    return min(unit.lanes(dtype), unit.registers // 2)


def write_strip(
    f: Function, size: int, x: Rows, out: Rows, limits: tuple[Value, Value]
) -> None:
    """Write instructions that turn over a row of blocks.

    Parameters
    ----------
    limits : tuple of Value
        How many rows and columns are left: all blocks may be lower than their size, the
        last one narrower. There is at least one row.
    """
    rows, columns = limits
    no_columns = Value(f, "i64", "0")
    whole = f.chosen(rows >= size, columns // size * size, no_columns)
    with f.loop(0, whole, size) as k:
        _write_block(f, size, (f.at(x[0], k), x[1]), (f.at(out[0], k * out[1]), out[1]))
    with f.loop(whole, columns, size) as k:
        start = f.at(x[0], k), x[1]
        end = f.at(out[0], k * out[1]), out[1]
        _write_block(f, size, start, end, (rows, columns - k))


def _write_block(
    f: Function,
    size: int,
    x: Rows,
    out: Rows,
    limits: tuple[Value, Value] | None = None,
) -> None:
    vectors = Vectors(f, size)
    rows: Sequence[Value | int] = range(size)
    columns, in_row, in_column = rows, None, None
    if limits is not None:
        rows, columns = (_clipped(f, size, limit) for limit in limits)
        in_column, in_row = (vectors.mask(limit) for limit in limits)
    block = [vectors.load(f.at(x[0], x[1] * i), in_row) for i in rows]
    turned = _turned(f, vectors.kind, block)
    # The last row first: one that is missing is overwritten by one that is not.
    for i in reversed(range(size)):
        vectors.store(turned[i], f.at(out[0], out[1] * columns[i]), in_column)


def _clipped(f: Function, size: int, limit: Value) -> list[Value]:
    return [
        f.chosen(limit >= i + 1, Value(f, "i64", str(i)), limit - 1)
        for i in range(size)
    ]


def _turned(f: Function, kind: str, rows: list[Value]) -> list[Value]:
    size = distance = len(rows)
    while distance := distance // 2:
        lower = [i + size - distance if i & distance else i for i in range(size)]
        upper = [i + size if i & distance else i + distance for i in range(size)]
        for i in range(size):
            if not i & distance:
                pair = rows[i], rows[i + distance]
                rows[i], rows[i + distance] = (
                    _shuffled(f, kind, *pair, lanes) for lanes in (lower, upper)
                )
    return rows


def _shuffled(f: Function, kind: str, x: Value, y: Value, lanes: list[int]) -> Value:
    chosen = ", ".join(f"i32 {lane}" for lane in lanes)
    mask = f"<{len(lanes)} x i32> <{chosen}>"
    return f.value(kind, f"shufflevector {kind} {x}, {kind} {y}, {mask}")
