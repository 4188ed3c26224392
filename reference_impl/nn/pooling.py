"""Pooling layers: the largest element, or the mean, of parts of an image.

The parts are windows of a given size, or as many bins as the result shall have
elements, or the whole image. Images have any number of axes: x is (N, C, T) for
sequences and (N, C, H, W) for pictures.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import floordiv

from ..core.dtype import FLOATS, INEXACT, REALS, check_kind, wide_type
from ..core.errors import ShapeError
from ..core.ops import (
    arange,
    argmax,
    astype,
    avg_pool,
    expand_dims,
    max,
    max_pool,
    mean,
    minimum,
    ones,
    pad,
    reshape,
    squeeze,
    sum,
    take,
    take_along_axis,
    where,
)
from ..core.ops.windows import Padding, PerAxis, Window, pairs, per_axis
from ..core.shape import Shape
from ..core.tensor import Tensor
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
    n = len(_image_axes(who, x))
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


@dataclass(frozen=True)
class AdaptiveMaxPool(Layer):
    """The largest element of each of as many bins as are asked for.

    Shapes
    ------
    x       (N, C, S1, ..., Sn)
    result  (N, C, O1, ..., On)

    Parameters
    ----------
    size : int, or one for each axis
        The O.

    Raises
    ------
    ShapeError
        If `x` has no image axis, or one without elements; if there are not as many
        sizes, or one is less than 1.
    DtypeError
        If the elements are not real numbers.

    Notes
    -----
    Bin i goes from i S / O, rounded down, to (i + 1) S / O, rounded up, as in PyTorch:
    bins overlap where O does not divide S. The gradient goes to the first of several
    equal elements, in row-major order.
    """

    size: PerAxis = static()

    def __call__(self, x: Tensor) -> Tensor:
        """Take the largest elements."""
        check_kind(x.dtype, REALS, who="AdaptiveMaxPool")
        return _adapted("AdaptiveMaxPool", x, self.size, max_pool, _largest_of_bins)


@dataclass(frozen=True)
class AdaptiveAvgPool(Layer):
    """The mean of each of as many bins as are asked for; see `AdaptiveMaxPool`."""

    size: PerAxis = static()

    def __call__(self, x: Tensor) -> Tensor:
        """Take the means."""
        check_kind(x.dtype, INEXACT, who="AdaptiveAvgPool")
        wide = astype(x, wide_type(x.dtype))
        out = _adapted("AdaptiveAvgPool", wide, self.size, avg_pool, _means_of_bins)
        return astype(out, x.dtype)


def _adapted(
    who: str,
    x: Tensor,
    size: PerAxis,
    pool: Callable[..., Tensor],
    along: Callable[[Tensor, int, int], Tensor],
) -> Tensor:
    """Pool windows if they are the bins, or else the bins of one axis after another."""
    image = x.shape[2:]
    if not image or not all(image):
        raise ShapeError(
            f"{who}: (N, C, ...) with at least one image axis, and elements along it, "
            f"is needed, x is {x.shape}"
        )
    counts = per_axis(who, "size", size, len(image))
    if not any(S % count for S, count in zip(image, counts, strict=True)):
        return pool(x, tuple(map(floordiv, image, counts)))
    # The last axis first, so that the first in row-major order wins.
    for axis in reversed(range(2, x.ndim)):
        x = along(x, axis, counts[axis - 2])
    return x


def _bins(x: Tensor, axis: int, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """The elements of every bin along an axis, in two axes in its place.

    Bins have equally many; those that are too short have their last one several times.
    Also whether each is none of these copies, and how many there are without them, in
    shapes that stretch to that of the elements.
    """
    S = x.shape[axis]
    i = expand_dims(arange(count, device=x.device), axis=1)
    begin, end = i * S // count, ((i + 1) * S + (count - 1)) // count
    places = begin + arange(S // count + 2, device=x.device)
    boxes = take(x, minimum(places, end - 1), axis=axis)
    rest = (1,) * (x.ndim - axis - 1)
    is_inside = reshape(places < end, (*places.shape, *rest))
    return boxes, is_inside, reshape(end - begin, (count, *rest))


def _largest_of_bins(x: Tensor, axis: int, count: int) -> Tensor:
    boxes, _, _ = _bins(x, axis, count)
    first = argmax(boxes, axis=axis + 1, keepdims=True)
    return squeeze(take_along_axis(boxes, first, axis=axis + 1), axis=axis + 1)


def _means_of_bins(x: Tensor, axis: int, count: int) -> Tensor:
    boxes, is_inside, lengths = _bins(x, axis, count)
    total = sum(where(is_inside, boxes, 0), axis=axis + 1)
    return total / astype(lengths, x.dtype)


@dataclass(frozen=True)
class GlobalMaxPool(Layer):
    """The largest element of every channel.

    Shapes
    ------
    x       (N, C, ...)
    result  (N, C)

    Raises
    ------
    ShapeError
        If `x` has no image axis, or a channel has no elements.

    Notes
    -----
    Equal largest elements share the gradient evenly, as in Keras; `AdaptiveMaxPool(1)`
    gives it to the first, as PyTorch does.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Take the largest elements."""
        return max(x, axis=_image_axes("GlobalMaxPool", x))


@dataclass(frozen=True)
class GlobalAvgPool(Layer):
    """The mean of every channel.

    Shapes
    ------
    x       (N, C, ...)
    result  (N, C)

    Raises
    ------
    ShapeError
        If `x` has no image axis.

    Notes
    -----
    Source: Lin, Chen and Yan 2013, "Network in network", section 3.2.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Take the means."""
        return mean(x, axis=_image_axes("GlobalAvgPool", x))


def _image_axes(who: str, x: Tensor) -> Shape:
    if x.ndim < 3:
        raise ShapeError(
            f"{who}: (N, C, ...) with at least one image axis is needed, x is {x.shape}"
        )
    return tuple(range(2, x.ndim))
