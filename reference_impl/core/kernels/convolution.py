"""Convolutions of images, and their gradients, as products of small tiles.

Images are (N, H, W, C) with channels side by side, weights (KH, KW, C, F) without gaps.
No image is padded or spread by zeros: taps outside of it are left out, and a gradient
through a stride is one correlation for each of the stride's phases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ..kernel import Buffer, Kernel, Ref
from .correlation import Correlation, Layout
from .pixel_sums import pixel_sums
from .spreading import correlations
from .transposing import transposed
from .vector_unit import VectorUnit
from .windows import Window, phases, window

Scratch = Callable[[int, str], Buffer]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Convolution:
    """The sizes of a convolution.

    Attributes
    ----------
    N, C, F : int
        Images, channels and filters.
    height, width : Window
        How filters slide along rows and columns.
    """

    N: int
    C: int
    F: int
    height: Window
    width: Window

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
        window(size, *rest)
        for size, rest in zip(
            (H, W), zip(taps, strides, pads, dilations, strict=True), strict=True
        )
    )
    return Convolution(N, C, filters, height, width)


def supports(sizes: Convolution, groups: int = 1) -> bool:
    """Whether there are kernels for this convolution and its gradients.

    Not for groups, and not for strides together with dilation.
    """
    axes = (sizes.height, sizes.width)
    return groups == 1 and all(a.stride == 1 or a.dilation == 1 for a in axes)


def forward(
    x: Ref,
    weight: Ref,
    out: Ref,
    sizes: Convolution,
    *,
    layouts: tuple[Layout, Layout] | None = None,
    dtype: np.dtype,
    scratch: Scratch | None = None,
    target: VectorUnit,
) -> list[Kernel]:
    """Convolve images.

    Parameters
    ----------
    layouts : tuple of Layout, optional
        Of x and out, if they have gaps.
    scratch : callable, optional
        Makes a buffer from its size in bytes and a word on what makes it. Few filters
        are faster with it.
    """
    if not (sizes.N and sizes.F and sizes.height.outputs and sizes.width.outputs):
        return []
    area = sizes.C * sizes.F
    problem = Correlation(
        *(sizes.N, sizes.C, sizes.F, sizes.height, sizes.width),
        *(layouts or (sizes.image, sizes.result)),
        tap_strides=(sizes.width.taps * area, area),
    )
    return correlations(
        *(x, weight, out, problem), dtype=dtype, scratch=scratch, target=target
    )


def backward_input(
    g: Ref,
    weight: Ref,
    out: Ref,
    sizes: Convolution,
    *,
    layouts: tuple[Layout, Layout] | None = None,
    dtype: np.dtype,
    scratch: Scratch,
    target: VectorUnit,
) -> list[Kernel]:
    """The gradient by the images, from the cotangent of the result.

    Parameters
    ----------
    layouts : tuple of Layout, optional
        Of g and out, if they have gaps.
    """
    if not (sizes.N and sizes.C and sizes.height.pixels and sizes.width.pixels):
        return []
    g_layout, out_layout = layouts or (sizes.result, sizes.image)
    turned, kernels = _turned(weight, sizes, dtype, scratch, target)
    area = sizes.C * sizes.F
    across = sizes.width.taps * area
    image, row, column = out_layout.strides
    for h, w in product(phases(sizes.height), phases(sizes.width)):
        problem = Correlation(
            *(sizes.N, sizes.F, sizes.C, h.window, w.window, g_layout),
            Layout(image, row * h.step, column * w.step),
            tap_strides=(h.tap_step * across, w.tap_step * area),
        )
        tap = h.first_tap * across + w.first_tap * area
        pixel = h.first * row + w.first * column
        kernels += correlations(
            g,
            replace(turned, offset=turned.offset + tap * dtype.itemsize),
            replace(out, offset=out.offset + pixel * dtype.itemsize),
            problem,
            dtype=dtype,
            scratch=scratch,
            target=target,
        )
    return kernels


def _turned(
    weight: Ref,
    sizes: Convolution,
    dtype: np.dtype,
    scratch: Scratch,
    target: VectorUnit,
) -> tuple[Ref, list[Kernel]]:
    """The weight as (F, C) for every tap, from the last tap to the first."""
    taps, area = sizes.height.taps * sizes.width.taps, sizes.C * sizes.F
    copy = Ref(scratch(taps * area * dtype.itemsize, "turned weight"))
    last = replace(weight, offset=weight.offset + (taps - 1) * area * dtype.itemsize)
    kernels = transposed(
        *(last, copy),
        M=sizes.C,
        N=sizes.F,
        x_stride=sizes.F,
        out_stride=sizes.C,
        batch=(taps, -area, area),
        dtype=dtype,
        target=target,
    )
    return copy, kernels


def backward_weight(
    x: Ref,
    g: Ref,
    out: Ref,
    sizes: Convolution,
    *,
    layouts: tuple[Layout, Layout] | None = None,
    dtype: np.dtype,
    target: VectorUnit,
) -> list[Kernel]:
    """The gradient by the weight, from the cotangent of the result.

    Parameters
    ----------
    layouts : tuple of Layout, optional
        Of x and g, if they have gaps.
    """
    if not (sizes.C and sizes.F):
        return []
    return pixel_sums(
        *(x, g, out),
        images=sizes.N,
        channels=sizes.C,
        filters=sizes.F,
        height=sizes.height,
        width=sizes.width,
        layouts=layouts or (sizes.image, sizes.result),
        dtype=dtype,
        target=target,
    )
