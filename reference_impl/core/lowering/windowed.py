"""Convolutions as kernels, on images whose channels lie side by side.

The order of the axes in memory is not that of the tensor: images are (N, C, H, W) and
lie as (N, H, W, C). Nobody moves them there and back at every layer. What a kernel
writes lies as it suits the kernel, ops on single elements follow the order of their
operands, and elements are moved where somebody needs another order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..kernel import Kernel
from ..kernels import convolution
from ..shape import Shape
from .draft import copy
from .machine import vector_unit
from .view import View, new_view

# Where each axis of the kernel's layout is in the tensor: channels last, taps first.
IMAGE, FILTERS = (0, 2, 3, 1), (2, 3, 1, 0)


def obstacle(shape: Shape, form: dict[str, Any]) -> str:
    """For what kind of convolution there is no kernel, if one came."""
    steps = zip(form["strides"], form["dilations"], strict=True)
    obstacles = (
        (len(shape) not in (3, 4), "along more than two axes"),
        (form["groups"] != 1, "in groups"),
        (any(1 not in pair for pair in steps), "with strides and dilations at once"),
        (0 in shape, "of no elements"),
    )
    return next((what for is_so, what in obstacles if is_so), "")


def conv(x: View, weight: View, out: View, form: dict[str, Any]) -> list[Kernel]:
    """Slide filters over images."""
    x, weight, out = map(_flat, (x, weight, out))
    sizes = _sizes(x.shape, weight.shape, form)
    moved, (x, weight) = _in_layout((x, IMAGE), (weight, FILTERS))
    return _written(
        out,
        IMAGE,
        lambda to: [
            *moved,
            *convolution.forward(
                x.ref(),
                weight.ref(),
                to.ref(),
                sizes,
                dtype=x.dtype,
                unit=vector_unit(),
            ),
        ],
    )


def conv_transpose(
    y: View, weight: View, out: View, form: dict[str, Any]
) -> list[Kernel]:
    """The gradient by the images."""
    y, weight, out = map(_flat, (y, weight, out))
    sizes = _sizes(out.shape, weight.shape, form)
    moved, (y, weight) = _in_layout((y, IMAGE), (weight, FILTERS))
    return _written(
        out,
        IMAGE,
        lambda to: [
            *moved,
            *convolution.backward_input(
                y.ref(),
                weight.ref(),
                to.ref(),
                sizes,
                dtype=y.dtype,
                unit=vector_unit(),
            ),
        ],
    )


def conv_filters(x: View, y: View, out: View, form: dict[str, Any]) -> list[Kernel]:
    """The gradient by the filters."""
    x, y, out = map(_flat, (x, y, out))
    sizes = _sizes(x.shape, out.shape, form)
    moved, (x, y) = _in_layout((x, IMAGE), (y, IMAGE))
    return _written(
        out,
        FILTERS,
        lambda to: [
            *moved,
            *convolution.backward_weight(
                x.ref(),
                y.ref(),
                to.ref(),
                sizes,
                dtype=x.dtype,
                unit=vector_unit(),
            ),
        ],
    )


def order_of(order: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """The same order for sequences, which have no axis 2, the rows of an image."""
    if ndim == 4:
        return order
    return tuple(axis - (axis > 2) for axis in order if axis != 2)


def _flat(x: View) -> View:
    """Sequences as images with one row."""
    return x if len(x.shape) == 4 else x.at(x.array[:, :, None])


def _sizes(
    image: Sequence[int], weight: Sequence[int], form: dict[str, Any]
) -> convolution.Convolution:
    N, C, H, W = image
    F, _, *taps = weight
    one = len(form["strides"]) == 1  # an axis that is not there
    return convolution.convolution(
        (N, H, W, C),
        F,
        (taps[0], taps[1]),
        strides=(1, *form["strides"])[-2:],
        pads=((0, 0), *form["pads"])[-2:] if one else form["pads"],
        dilations=(1, *form["dilations"])[-2:],
    )


def _in_layout(
    *operands: tuple[View, tuple[int, ...]],
) -> tuple[list[Kernel], list[View]]:
    """Operands as kernels take them, and what moves them there."""
    moves: list[Kernel] = []
    found = []
    for x, order in operands:
        if not _lies(x, order):
            moves += copy(x, into := new_view(x.shape, x.dtype, "copy", order))
            x = into
        found.append(x)
    return moves, found


def _lies(x: View, order: tuple[int, ...]) -> bool:
    return bool(np.transpose(x.array, order).flags.c_contiguous)


def _written(
    out: View, order: tuple[int, ...], kernels: Callable[[View], list[Kernel]]
) -> list[Kernel]:
    """The kernels that write a result, which lies in another order if it must."""
    if _lies(out, order):
        return kernels(out)
    to = new_view(out.shape, out.dtype, "copy", order)
    return [*kernels(to), *copy(to, out)]
