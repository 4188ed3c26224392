"""One trilinear form and its three primitives, of which convolutions are made.

A window slides over images x. At every position o it meets, through every filter w, one
element of y. The form is the sum of

    x[n, c, o stride + k dilation - padding]  w[f, c, k]  y[n, f, o]

over all indices. Leave out one factor: what it would be multiplied by is a product of
the other two, bilinear, and each of these products is a primitive.

    conv(x, w)             where y was
    conv_transpose(y, w)   where x was: the gradient by the images
    conv_filters(x, y)     where w was: the gradient by the filters

So a derivative of one of them, of any order, is another one of the three. They have the
numbers of the form as attributes, and sizes of the result that the factors leave open.

Each is a matrix product between filters and windows. While they work, the batch is the
last axis: then the elements that a window's corner meets on its way lie side by side in
memory. For the second layer of LeNet-5 and 64 images, collecting the windows takes
0.4 ms instead of 1.2 ms, and adding them up 0.9 ms instead of 5.3 ms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..dtype import Dtype, wide_type
from ..errors import ShapeError
from ..kinds import bilinear
from ..op import Rule
from ..shape import Shape, possible
from ..tensor import Tensor
from .complex_numbers import conj
from .matmul import _matmul
from .windows import Pairs, Window

__all__: list[str] = []

# How much of the windows is collected at once. It stays in the cache: a step of LeNet-5
# takes 0.9 of the time that it takes with all of them, which are K times an image.
BLOCK_BYTES = 1 << 19


def padded(image: Shape, pads: Pairs) -> Shape:
    """The sizes of an image between its padding."""
    axes = zip(image, pads, strict=True)
    return tuple(size + low + high for size, (low, high) in axes)


def _check_form(
    who: str,
    x: Shape,
    weight: Shape,
    y: Shape,
    *,
    strides: Shape,
    pads: Pairs,
    dilations: Shape,
    groups: int,
) -> None:
    """Raise a `ShapeError` unless the form takes images, filters and y like these."""
    (C, *image), (F, depth, *sizes) = x[1:], weight
    window = Window(tuple(sizes), strides, dilations)
    counts = window.positions(padded(tuple(image), pads))
    if (C, F % groups, y) != (depth * groups, 0, (x[0], F, *counts)):
        raise ShapeError(
            f"{who}: images {x}, filters {weight} in {groups} groups and {y} do not "
            f"fit; {window}, the padding is {pads}"
        )


def _conv_shape(x: Tensor, weight: Tensor, **form: Any) -> Shape:
    window = Window(weight.shape[2:], form["strides"], form["dilations"])
    counts = window.positions(padded(x.shape[2:], form["pads"]))
    out = (x.shape[0], weight.shape[0], *counts)
    _check_form("conv", x.shape, weight.shape, out, **form)
    return possible(out, x.dtype.itemsize, who="conv")


def _images_shape(y: Tensor, weight: Tensor, shape: Shape, **form: Any) -> Shape:
    out = (y.shape[0], weight.shape[1] * form["groups"], *shape)
    _check_form("conv_transpose", out, weight.shape, y.shape, **form)
    return possible(out, y.dtype.itemsize, who="conv_transpose")


def _filters_shape(x: Tensor, y: Tensor, sizes: Shape, **form: Any) -> Shape:
    out = (y.shape[1], x.shape[1] // form["groups"], *sizes)
    _check_form("conv_filters", x.shape, out, y.shape, **form)
    return possible(out, x.dtype.itemsize, who="conv_filters")


# Shapes of x, w and y, and the numbers of the form.
_FORMS: list[tuple[dict[str, Shape], dict[str, Any]]] = [
    (
        {"x": (2, 2, 5), "w": (3, 2, 3), "y": (2, 3, 3)},
        {"strides": (1,), "pads": ((0, 0),), "dilations": (1,), "groups": 1},
    ),
    (
        {"x": (1, 4, 5), "w": (2, 2, 2), "y": (1, 2, 2)},
        {"strides": (2,), "pads": ((1, 0),), "dilations": (2,), "groups": 2},
    ),
    (
        {"x": (2, 2, 3, 4), "w": (2, 1, 2, 2), "y": (2, 2, 3, 3)},
        {
            "strides": (1, 2),
            "pads": ((0, 1), (1, 2)),
            "dilations": (1, 1),
            "groups": 2,
        },
    ),
]


def _domain(first: str, second: str, **open_sizes: str) -> Rule:
    """Examples of two factors, and the sizes of the third that they leave open."""
    return lambda draw: [
        (
            (draw(*shapes[first]), draw(*shapes[second])),
            {name: shapes[of][2:] for name, of in open_sizes.items()} | numbers,
        )
        for shapes, numbers in _FORMS
    ]


def _into_images(y: Tensor, weight: Tensor, like: Tensor, **form: Any) -> Tensor:
    return _conv_transpose(y, weight, shape=like.shape[2:], **form)


def _into_filters(x: Tensor, y: Tensor, like: Tensor, **form: Any) -> Tensor:
    return _conv_filters(x, y, sizes=like.shape[2:], **form)


@bilinear(
    left=lambda g, x, weight, **form: _into_images(g, conj(weight), x, **form),
    right=lambda g, x, weight, **form: _into_filters(conj(x), g, weight, **form),
    shape=_conv_shape,
    domain=_domain("x", "w"),
)
def _conv(x, weight, *, strides, pads, dilations, groups):
    """Sum, for every filter and window, the products of what lies on each other.

    Shapes
    ------
    x       (N, C, S1, ..., Sn)
    weight  (F, C / groups, K1, ..., Kn)
    result  (N, F, O1, ..., On)
    """
    wide = wide_type(x.dtype)
    boxes = _boxes(_batch_last(x, wide, pads), weight.shape[2:], strides, dilations)
    counts = boxes.shape[x.ndim - 1 :]
    filters = _matrices(weight, groups, dtype=wide)
    out = np.empty((*filters.shape[:2], math.prod(counts)), wide)
    for block, part in _blocks(boxes):
        columns = _matrices(block, groups, x.ndim - 1)
        _matmul.compute(filters, columns, out=out[..., part])
    return _batch_first(out.reshape(len(weight), *counts), x.dtype)


@bilinear(
    left=lambda g, y, weight, shape, **form: _conv(g, conj(weight), **form),
    right=lambda g, y, weight, shape, **form: _into_filters(g, conj(y), weight, **form),
    shape=_images_shape,
    domain=_domain("y", "w", shape="x"),
)
def _conv_transpose(y, weight, *, shape, strides, pads, dilations, groups):
    """Spread every element of `y` by its filter, and add what overlaps.

    Shapes
    ------
    y       (N, F, O1, ..., On)
    weight  (F, C / groups, K1, ..., Kn)
    result  (N, C, S1, ..., Sn), with the sizes `shape` of an image
    """
    wide, sizes = wide_type(y.dtype), weight.shape[2:]
    filters = _matrices(weight, groups, dtype=wide).swapaxes(1, 2)
    spread = _matrices(_batch_last(y, wide), groups)
    total = np.zeros((weight.shape[1] * groups, *padded(shape, pads), len(y)), wide)
    for block, part in _blocks(_boxes(total, sizes, strides, dilations)):
        columns = _matmul.compute(filters, spread[..., part]).reshape(block.shape)
        for offset in np.ndindex(sizes):
            block[:, *offset] += columns[:, *offset]
    return _batch_first(total[:, *_inside(shape, pads)], y.dtype)


@bilinear(
    left=lambda g, x, y, sizes, **form: _into_images(conj(y), g, x, **form),
    right=lambda g, x, y, sizes, **form: _conv(conj(x), g, **form),
    shape=_filters_shape,
    domain=_domain("x", "y", sizes="w"),
)
def _conv_filters(x, y, *, sizes, strides, pads, dilations, groups):
    """Sum, for every element of a filter, the products of what it would multiply.

    Shapes
    ------
    x       (N, C, S1, ..., Sn)
    y       (N, F, O1, ..., On)
    result  (F, C / groups, K1, ..., Kn), with the `sizes` of a filter
    """
    wide, depth = wide_type(x.dtype), x.shape[1] // groups
    boxes = _boxes(_batch_last(x, wide, pads), sizes, strides, dilations)
    seen = _matrices(_batch_last(y, wide), groups)
    total = np.zeros((*seen.shape[:2], depth * math.prod(sizes)), wide)
    for block, part in _blocks(boxes):
        columns = _matrices(block, groups, x.ndim - 1).swapaxes(1, 2)
        total += _matmul.compute(seen[..., part], columns)
    return total.reshape(y.shape[1], depth, *sizes).astype(x.dtype, copy=False)


def _batch_last(x: np.ndarray, dtype: Dtype, pads: Pairs = ()) -> np.ndarray:
    """Images (N, C, *S) with their padding as (C, *S, N), in that order in memory."""
    x = x.transpose(*range(1, x.ndim), 0)
    if not any(map(any, pads)):
        return np.ascontiguousarray(x, dtype)
    C, *image, N = x.shape
    out = np.zeros((C, *padded(tuple(image), pads), N), dtype)
    out[:, *_inside(tuple(image), pads)] = x
    return out


def _batch_first(x: np.ndarray, dtype: Dtype) -> np.ndarray:
    return x.transpose(x.ndim - 1, *range(x.ndim - 1)).astype(dtype, copy=False)


def _inside(image: Shape, pads: Pairs) -> list[slice]:
    """Where an image lies between its padding."""
    axes = zip(image, pads, strict=True)
    return [slice(low, low + size) for size, (low, _) in axes]


def _boxes(
    image: np.ndarray, sizes: Shape, strides: Shape, dilations: Shape
) -> np.ndarray:
    """Every window on images (C, *S, N), as a view (C, *K, *O, N)."""
    C, *axes, N = image.shape
    first, *steps, last = image.strides
    counts = Window(sizes, strides, dilations).positions(tuple(axes))
    return np.lib.stride_tricks.as_strided(
        image,
        (C, *sizes, *counts, N),
        (
            first,
            *map(_apart, steps, dilations, axes),
            *map(_apart, steps, strides, axes),
            last,
        ),
    )


def _apart(step: int, factor: int, size: int) -> int:
    # Of elements farther apart there is only one; bytes could not count the distance.
    return step * min(factor, size)


def _blocks(boxes: np.ndarray) -> Iterator[tuple[np.ndarray, slice]]:
    """The windows (C, *K, *O, N), some of O1 at once, and their places among O * N."""
    n = boxes.ndim // 2
    others = math.prod(boxes.shape[n + 1 :])
    row_bytes = math.prod(boxes.shape[:n]) * others * boxes.itemsize
    most = max(BLOCK_BYTES // max(row_bytes, 1), 1)
    for start in range(0, boxes.shape[n], most):
        stop = min(start + most, boxes.shape[n])
        block = boxes[*[slice(None)] * n, start:stop]
        yield block, slice(start * others, stop * others)


def _matrices(
    x: np.ndarray, groups: int, leading: int = 1, dtype: Dtype | None = None
) -> np.ndarray:
    """A matrix for every group: its rows are the leading axes, its columns the rest."""
    rows, columns = math.prod(x.shape[:leading]), math.prod(x.shape[leading:])
    return x.reshape(groups, rows // groups, columns).astype(
        dtype or x.dtype, copy=False
    )
