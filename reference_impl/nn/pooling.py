"""Pooling layers: the largest element, or the mean, of every window of an image.

Images have any number of axes: x is (N, C, T) for sequences and (N, C, H, W) for
pictures.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.dtype import FLOATS, check_kind
from ..core.ops import (
    avg_pool,
    max_pool,
    ones,
    pad,
)
from ..core.ops.windows import Padding, PerAxis, Window, pairs, per_axis
from ..core.tensor import Tensor
from .global_pooling import image_axes
from .layer import Layer
from .parts import static


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest element of every window.

    Shapes
    ------
    x       (N, C, S1, ..., Sn)
    result  (N, C, O1, ..., On), where O is that of `max_pool`

    Parameters
    ----------
    size, stride, padding, dilation
        Those of `max_pool`, which has the errors, too. The stride is the size by
        default, as in all frameworks but flax, where it is 1.
    ceil_mode : bool
        Whether there is a window, too, that begins in the image and is cut off by its
        end, as in PyTorch. It needs numbers as padding, and floating-point elements.
    """

    size: PerAxis = static()
    stride: PerAxis | None = static(default=None)
    padding: Padding = static(default=0)
    dilation: PerAxis = static(default=1)
    ceil_mode: bool = static(default=False)

    def __call__(self, x: Tensor) -> Tensor:
        """Take the largest elements."""
        if self.ceil_mode:
            check_kind(x.dtype, FLOATS, who="MaxPool: ceil_mode")
            x = _lengthened(x, _missing("MaxPool", x, self, self.dilation), -math.inf)
        return max_pool(
            x,
            self.size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
        )


@dataclass(frozen=True)
class AvgPool(Layer):
    """The mean of every window.

    Shapes
    ------
    x       (N, C, S1, ..., Sn)
    result  (N, C, O1, ..., On), where O is that of `avg_pool`

    Parameters
    ----------
    size, stride, padding
        Those of `avg_pool`, which has the errors, too.
    ceil_mode : bool
        That of `MaxPool`. What a window has beyond image and padding never counts.
    count_include_pad : bool
        Whether padding counts as elements, as in PyTorch, MXNet and flax, or not, as in
        Keras.
    """

    size: PerAxis = static()
    stride: PerAxis | None = static(default=None)
    padding: Padding = static(default=0)
    ceil_mode: bool = static(default=False)
    count_include_pad: bool = static(default=True)

    def __call__(self, x: Tensor) -> Tensor:
        """Take the means."""
        missing = _missing("AvgPool", x, self, 1) if self.ceil_mode else (0,)
        if not any(missing):
            return self._means(x, self.padding, self.count_include_pad)
        edges = pairs("AvgPool", self.padding, len(missing))
        image = ones((1, 1, *x.shape[2:]), dtype=x.dtype, device=x.device)
        counted = pad(
            image, ((0, 0), (0, 0), *edges), value=float(self.count_include_pad)
        )
        # Both means are over whole windows; the second says how much of one counts.
        total = self._means(_lengthened(x, missing, 0), edges)
        return total / self._means(_lengthened(counted, missing, 0))

    def _means(
        self, x: Tensor, padding: Padding = 0, count_include_pad: bool = True
    ) -> Tensor:
        return avg_pool(
            x,
            self.size,
            stride=self.stride,
            padding=padding,
            count_include_pad=count_include_pad,
        )


def _missing(
    who: str, x: Tensor, pool: MaxPool | AvgPool, dilation: PerAxis
) -> tuple[int, ...]:
    """How many elements every axis lacks for a window that its end cuts off."""
    n = len(image_axes(who, x))
    sizes = per_axis(who, "size", pool.size, n)
    strides = sizes if pool.stride is None else per_axis(who, "stride", pool.stride, n)
    window = Window(sizes, strides, per_axis(who, "dilation", dilation, n))
    edges = pairs(who, pool.padding, n)
    missing = []
    for S, edge, extent, stride in zip(
        x.shape[2:], edges, window.extents, strides, strict=True
    ):
        padded = S + edge[0] + edge[1]
        begin = -((extent - padded) // stride) * stride
        if begin >= edge[0] + S:
            begin -= stride  # it would begin behind the image
        missing.append(builtins.max(begin + extent - padded, 0))
    return tuple(missing)


def _lengthened(x: Tensor, missing: Sequence[int], value: float) -> Tensor:
    """Images with more elements at the end of every axis."""
    widths = ((0, 0), (0, 0), *((0, more) for more in missing))
    return pad(x, widths, value=value) if any(missing) else x
