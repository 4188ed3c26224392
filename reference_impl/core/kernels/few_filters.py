"""Neighbouring outputs as one, where filters are too few to fill a vector.

With 6 filters a vector of 16 lanes is mostly empty. Two neighbouring outputs have 12
numbers side by side, and are one output of a filter that is a stride longer:

    w w w w w .      for the first, to whose right is a zero
    . w w w w w      for the second

It has 6/5 of the taps and half of the outputs.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from ..kernel import LLVM, Buffer, Kernel, Ref, Source, named
from .correlation import Correlation, correlated
from .filter_axis import FilterAxis
from .llvm import Value, kernel_function
from .vector_unit import VectorUnit
from .vectors import element

# With fewer outputs, making the longer filters takes longer than it saves.
LEAST_OUTPUTS = 256
MOST_NEIGHBOURS = 8


def neighbours(axis: FilterAxis, filters: int, lanes: int) -> int:
    """How many neighbouring outputs are best computed as one."""

    def cost(count: int) -> float:
        vectors = -(-count * filters // lanes)
        return vectors * (axis.taps + (count - 1) * axis.stride) / count

    if axis.dilation != 1 or filters >= lanes:
        return 1
    counts = [n for n in range(1, MOST_NEIGHBOURS + 1) if axis.outputs % n == 0]
    return min(counts, key=cost)


def correlations(
    x: Ref,
    weight: Ref,
    out: Ref,
    sizes: Correlation,
    *,
    dtype: np.dtype,
    unit: VectorUnit,
) -> list[Kernel]:
    """Slide filters over images, over neighbouring pixels at once if that is faster."""
    count, kernels = neighbours(sizes.width, sizes.filters, unit.lanes(dtype)), []
    outputs = sizes.images * sizes.height.outputs * sizes.width.outputs
    is_dense = sizes.result.column == sizes.filters
    if count > 1 and is_dense and outputs >= LEAST_OUTPUTS:
        longer = joined(sizes, count)
        numbers = sizes.height.taps * longer.tap_strides[0]
        copy = Ref(Buffer(numbers * dtype.itemsize, "longer filters"))
        kernels = [_longer_filters(weight, copy, sizes, count, dtype)]
        weight, sizes = copy, longer
    return [*kernels, correlated(x, weight, out, sizes, dtype=dtype, unit=unit)]


def joined(sizes: Correlation, count: int) -> Correlation:
    """The same correlation, with so many neighbouring outputs as one."""
    width, filters = sizes.width, sizes.filters * count
    longer = replace(
        width,
        taps=width.taps + (count - 1) * width.stride,
        outputs=width.outputs // count,
        stride=width.stride * count,
    )
    area = sizes.channels * filters
    return replace(
        sizes,
        filters=filters,
        width=longer,
        result=replace(sizes.result, column=filters),
        tap_strides=(longer.taps * area, area),
    )


def _longer_filters(
    weight: Ref, out: Ref, sizes: Correlation, count: int, dtype: np.dtype
) -> Kernel:
    """Write the longer filters: (rows, longer columns, channels, count, filters)."""
    taps, stride = sizes.width.taps, sizes.width.stride
    longer = taps + (count - 1) * stride
    strides = (*sizes.tap_strides, sizes.filters)
    return Kernel(
        _source(dtype),
        (
            *(weight, out, taps, sizes.channels, sizes.filters, *strides),
            *(count, stride, longer),
        ),
        reads=(0,),
        writes=(1,),
        extent=sizes.height.taps * longer,
    )


@functools.cache
def _source(dtype: np.dtype) -> Source:
    f = kernel_function(element(dtype))
    (weight, out), integers = f.arguments(2, 9)
    taps, channels, filters, *strides, count, stride, longer = integers
    zero, nothing = Value(f, f.element, "0.0"), Value(f, "i64", "0")
    with (
        f.loop(f.parameter("begin"), f.parameter("end")) as place,
        f.loop(0, channels) as k,
        f.loop(0, count) as j,
        f.loop(0, filters) as c,
    ):
        tap = place % longer - j * stride
        is_tap = (tap >= 0) & (tap < taps)
        row = place // longer * strides[0] + f.chosen(is_tap, tap, nothing) * strides[1]
        number = f.load(f.element, f.at(weight, row + k * strides[2] + c))
        to = f.at(out, ((place * channels + k) * count + j) * filters + c)
        f.store(f.chosen(is_tap, number, zero), to, f.element)
    return named("longer_filters", f"{f}\n", LLVM)
