"""Sliding windows: how they lie on an image, and the adjoint pair behind pooling.

A window is a box of elements, some steps apart, that slides over the last axes of a
tensor. `windows` shows every box as a view, in which the boxes share elements. Its
transpose, `unwindows`, adds every element of every box to where it was. A pooling is
`windows` and a reduction; derivatives of any order need nothing else.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..dtype import NUMBERS, wide_type
from ..errors import ShapeError
from ..kinds import linear
from ..number import integers
from ..shape import Shape, possible
from ..tensor import Tensor

__all__: list[str] = []

PerAxis = int | Sequence[int]  # one number for each axis, or one for all
Pairs = tuple[tuple[int, int], ...]
Padding = int | str | Sequence[int] | Sequence[Sequence[int]]


class Window(NamedTuple):
    """A box of elements that slides over an image: three numbers for each axis."""

    sizes: Shape
    strides: Shape
    dilations: Shape

    @property
    def extents(self) -> Shape:
        """How many elements of the image it spans along each axis."""
        axes = zip(self.sizes, self.dilations, strict=True)
        return tuple((size - 1) * dilation + 1 for size, dilation in axes)

    @property
    def has_overlap(self) -> bool:
        """Whether it may have an element at one position that it has at another."""
        return any(map(operator.gt, self.extents, self.strides))

    def positions(self, image: Shape) -> Shape:
        """How many fit on an image, along each axis; below 1 if not even one does."""
        axes = zip(image, self.extents, self.strides, strict=True)
        return tuple((size - extent) // stride + 1 for size, extent, stride in axes)

    def layers(self, image: Shape) -> Iterator[tuple[slice, ...]]:
        """For each of its elements: where on an image that one is, at all positions."""
        counts = self.positions(image)
        for offset in itertools.product(*map(range, self.sizes)):
            starts = _products(offset, self.dilations)
            yield tuple(
                slice(start, start + count * stride, stride)
                for start, count, stride in zip(
                    starts, counts, self.strides, strict=True
                )
            )

    def covered(self, counts: Shape) -> Shape:
        """The smallest image on which it has that many positions."""
        axes = zip(counts, self.extents, self.strides, strict=True)
        return tuple((count - 1) * stride + extent for count, extent, stride in axes)

    def same(self, image: Shape) -> Pairs:
        """The padding with which it has a position for every `stride` elements."""
        counts = tuple(
            -(-n // stride) for n, stride in zip(image, self.strides, strict=True)
        )
        missing = (
            max(needed - size, 0)
            for needed, size in zip(self.covered(counts), image, strict=True)
        )
        return tuple((total // 2, total - total // 2) for total in missing)


def per_axis(who: str, what: str, given: PerAxis, n: int, *, least: int = 1) -> Shape:
    """One number for each of n axes; a single one is meant for all of them.

    Raises
    ------
    ShapeError
        If there are not as many, or one is less than `least`; `who` opens the message.
    DtypeError
        If one is no integer.
    """
    numbers = integers(given, who=who, what=what)
    numbers = numbers if isinstance(given, Sequence) else numbers * n
    if len(numbers) != n or min(numbers, default=least) < least:
        raise ShapeError(
            f"{who}: {what}: one integer, or {n}, of at least {least} are needed, "
            f"{given} came"
        )
    return numbers


def pairs(who: str, given: Padding, n: int) -> Pairs:
    """Two numbers for each of n axes: one number, one for each, or a pair for each.

    Raises
    ------
    ShapeError, DtypeError
        If they are none of these, or one is negative; `who` opens the message.
    """
    each: Any = given if isinstance(given, Sequence) else (given,) * n
    if len(each) != n or isinstance(given, str):
        raise ShapeError(
            f"{who}: padding: one integer, {n}, or {n} pairs are needed, {given!r} came"
        )
    both = [per_axis(who, "padding", entry, 2, least=0) for entry in each]
    return tuple((low, high) for low, high in both)


def paddings(who: str, given: Padding, window: Window, image: Shape) -> Pairs:
    """How many elements to add before and after an image along each axis.

    Raises
    ------
    ShapeError
        If the padding is neither numbers as `pairs` takes them nor "valid" nor "same",
        or the window does not fit on the padded image.
    """
    if isinstance(given, str) and given not in ("valid", "same"):
        raise ShapeError(
            f"{who}: padding is numbers, 'valid' or 'same'; {given!r} came"
        )
    if given == "same":
        pads = window.same(image)
    else:
        numbers = 0 if given == "valid" else given
        pads = pairs(who, numbers, len(image))
    padded = tuple(size + sum(pad) for size, pad in zip(image, pads, strict=True))
    if min(window.positions(padded)) < 1:
        raise ShapeError(
            f"{who}: windows of {window.sizes} elements span {window.extents}, the "
            f"padded image has {padded}"
        )
    return pads


def _windows_shape(x: Tensor, sizes: Shape, strides: Shape, dilations: Shape) -> Shape:
    batch, image = x.shape[: -len(sizes)], x.shape[-len(sizes) :]
    counts = Window(sizes, strides, dilations).positions(image)
    return possible((*batch, *counts, *sizes), x.dtype.itemsize, who="windows")


def _overlap_added(
    g: Tensor, x: Tensor, sizes: Shape, strides: Shape, dilations: Shape
) -> Tensor:
    image = x.shape[-len(sizes) :]
    return _unwindows(g, shape=image, strides=strides, dilations=dilations)


@linear(
    transpose=_overlap_added,
    shape=_windows_shape,
    domain=lambda draw: [
        ((draw(2, 5),), {"sizes": (3,), "strides": (1,), "dilations": (1,)}),
        ((draw(7, 5),), {"sizes": (2, 3), "strides": (3, 1), "dilations": (1, 2)}),
        ((draw(2, 1, 5),), {"sizes": (1, 2), "strides": (1, 2), "dilations": (1, 1)}),
    ],
)
def _windows(x, *, sizes, strides, dilations):
    """Show every window on the last axes, as a view.

    Shapes
    ------
    x       (..., S1, ..., Sn)
    result  (..., O1, ..., On, K1, ..., Kn): O positions of a window of K elements
    """
    n = len(sizes)
    steps = x.strides[-n:]
    # There is one position if a stride exceeds the size; bytes could not count it.
    strides = tuple(map(min, strides, x.shape[-n:]))
    return np.lib.stride_tricks.as_strided(
        x,
        _windows_shape(x, sizes, strides, dilations),
        (*x.strides[:-n], *_products(steps, strides), *_products(steps, dilations)),
        writeable=False,
    )


def _products(sizes: Shape, factors: Shape) -> Shape:
    return tuple(size * factor for size, factor in zip(sizes, factors, strict=True))


def _unwindows_shape(
    x: Tensor, shape: Shape, strides: Shape, dilations: Shape
) -> Shape:
    n = len(shape)
    counts = Window(x.shape[-n:], strides, dilations).positions(shape)
    if counts != x.shape[-2 * n : -n]:
        raise ShapeError(
            f"unwindows: {counts} windows fit on {shape}, the shape is {x.shape}"
        )
    return possible((*x.shape[: -2 * n], *shape), x.dtype.itemsize, who="unwindows")


@linear(
    transpose=lambda g, x, shape, strides, dilations: _windows(
        g, sizes=x.shape[-len(shape) :], strides=strides, dilations=dilations
    ),
    shape=_unwindows_shape,
    kinds=NUMBERS,
    domain=lambda draw: [
        ((draw(2, 3, 3),), {"shape": (5,), "strides": (1,), "dilations": (1,)}),
        (
            (draw(2, 1, 2, 3),),
            {"shape": (7, 5), "strides": (3, 1), "dilations": (1, 2)},
        ),
    ],
)
def _unwindows(x, *, shape, strides, dilations):
    """Add every element of every window to where it is on the last axes.

    Shapes
    ------
    x       (..., O1, ..., On, K1, ..., Kn)
    result  (..., S1, ..., Sn), the given `shape`
    """
    n = len(shape)
    window = Window(x.shape[-n:], strides, dilations)
    first = x[..., *(0,) * n]
    # Its axes lie in memory in the order of the operand's, so that both are read and
    # written in runs.
    total: Any = np.zeros_like(
        first, wide_type(x.dtype), "K", shape=(*first.shape[:-n], *shape)
    )
    offsets = itertools.product(*map(range, window.sizes))
    for offset, layer in zip(offsets, window.layers(shape), strict=True):
        total[..., *layer] += x[..., *offset]
    return total.astype(x.dtype, copy=False)
