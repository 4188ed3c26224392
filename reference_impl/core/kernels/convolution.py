"""Convolutions of images, and their gradients, as products of small tiles.

Images are (N, H, W, C) with channels side by side, weights (KH, KW, C, F) without gaps.
No image is padded or spread by zeros: taps outside of it are left out, and a gradient
through a stride is one correlation for each of the stride's phases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ..kernel import Buffer, Kernel, Ref
from .correlation import Correlation, Layout
from .few_filters import correlations
from .filter_axis import FilterAxis, Phase, filter_axis, phases
from .pixel_sums import pixel_sums
from .transposing import transposed
from .vector_unit import VectorUnit

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Convolution:
    """The sizes of a convolution.

    Attributes
    ----------
    N, C, F : int
        Images, channels and filters.
    height, width : FilterAxis
        How filters slide along rows and columns.
    """

    N: int
    C: int
    F: int
    height: FilterAxis
    width: FilterAxis

    @property
    def image(self) -> Layout:
        """Of images without gaps."""
        width = self.width.pixels
        return Layout(self.height.pixels * width * self.C, width * self.C, self.C)

    @property
    def result(self) -> Layout:
        """Of results without gaps."""
        width = self.width.outputs
        return Layout(self.height.outputs * width * self.F, width * self.F, self.F)

    @property
    def tap_strides(self) -> tuple[int, int]:
        """How far apart rows and columns of the weight lie, in elements."""
        area = self.C * self.F
        return self.width.taps * area, area

    @property
    def correlation(self) -> Correlation:
        """Of which the result is what comes of it."""
        return Correlation(
            *(self.N, self.C, self.F, self.height, self.width),
            *(self.image, self.result, self.tap_strides),
        )


def convolution(
    image: tuple[int, int, int, int],
    filters: int,
    taps: Pair,
    *,
    strides: Pair = (1, 1),
    pads: tuple[Pair, Pair] = ((0, 0), (0, 0)),
    dilations: Pair = (1, 1),
) -> Convolution:
    """The sizes of a convolution of images (N, H, W, C) with filters of so many taps.

    Parameters
    ----------
    pads : tuple of tuple of int
        Before and after, for rows and for columns.
    """
    N, H, W, C = image
    height, width = (
        filter_axis(size, *rest)
        for size, rest in zip(
            (H, W), zip(taps, strides, pads, dilations, strict=True), strict=True
        )
    )
    return Convolution(N, C, filters, height, width)


def forward(
    x: Ref,
    weight: Ref,
    out: Ref,
    sizes: Convolution,
    *,
    dtype: np.dtype,
    unit: VectorUnit,
) -> list[Kernel]:
    """Convolve images."""
    if not (sizes.N and sizes.F and sizes.height.outputs and sizes.width.outputs):
        return []
    return correlations(x, weight, out, sizes.correlation, dtype=dtype, unit=unit)


def backward_input(
    g: Ref,
    weight: Ref,
    out: Ref,
    sizes: Convolution,
    *,
    dtype: np.dtype,
    unit: VectorUnit,
) -> list[Kernel]:
    """The gradient by the images, from the cotangent of the result."""
    if not (sizes.N and sizes.C and sizes.height.pixels and sizes.width.pixels):
        return []
    turned, kernels = _turned(weight, sizes, dtype, unit)
    for h, w in product(phases(sizes.height), phases(sizes.width)):
        problem, tap, pixel = _of_phases(sizes, h, w)
        kernels += correlations(
            g,
            replace(turned, offset=turned.offset + tap * dtype.itemsize),
            replace(out, offset=out.offset + pixel * dtype.itemsize),
            problem,
            dtype=dtype,
            unit=unit,
        )
    return kernels


def _of_phases(sizes: Convolution, h: Phase, w: Phase) -> tuple[Correlation, int, int]:
    """The gradient by some of the pixels, its first tap and its first pixel."""
    image, row, column = sizes.image.strides
    down, across = sizes.tap_strides
    problem = Correlation(
        *(sizes.N, sizes.F, sizes.C, h.axis, w.axis, sizes.result),
        Layout(image, row * h.step, column * w.step),
        tap_strides=(h.tap_step * down, w.tap_step * across),
    )
    tap = h.first_tap * down + w.first_tap * across
    return problem, tap, h.first * row + w.first * column


def _turned(
    weight: Ref, sizes: Convolution, dtype: np.dtype, unit: VectorUnit
) -> tuple[Ref, list[Kernel]]:
    """The weight as (F, C) for every tap, from the last tap to the first."""
    taps, area = sizes.height.taps * sizes.width.taps, sizes.C * sizes.F
    copy = Ref(Buffer(taps * area * dtype.itemsize, "turned weight"))
    last = replace(weight, offset=weight.offset + (taps - 1) * area * dtype.itemsize)
    kernels = transposed(
        *(last, copy),
        M=sizes.C,
        N=sizes.F,
        x_stride=sizes.F,
        out_stride=sizes.C,
        batch=(taps, -area, area),
        dtype=dtype,
        unit=unit,
    )
    return copy, kernels


def backward_weight(
    x: Ref,
    g: Ref,
    out: Ref,
    sizes: Convolution,
    *,
    dtype: np.dtype,
    unit: VectorUnit,
) -> list[Kernel]:
    """The gradient by the weight, from the cotangent of the result."""
    if not (sizes.C and sizes.F):
        return []
    return pixel_sums(x, g, out, sizes.correlation, dtype=dtype, unit=unit)
