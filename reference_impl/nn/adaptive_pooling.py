"""Adaptive pooling: as many parts of an image as the result shall have elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import floordiv

from ..core.dtype import INEXACT, REALS, check_kind, wide_type
from ..core.errors import ShapeError
from ..core.ops import (
    arange,
    argmax,
    astype,
    avg_pool,
    expand_dims,
    max_pool,
    minimum,
    reshape,
    squeeze,
    sum,
    take,
    take_along_axis,
    where,
)
from ..core.ops.windows import PerAxis, per_axis
from ..core.tensor import Tensor
from .layer import Layer
from .parts import static


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
