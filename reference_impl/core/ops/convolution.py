"""Convolution of images with any number of axes, and its transpose.

Here operands and numbers are checked and brought into the form of the primitives.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, ge, le

from ..dtype import NUMBERS, check_kind
from ..errors import ShapeError
from ..op import public
from ..operands import Operand, promoted
from ..shape import Shape
from ..tensor import Tensor
from .correlation import _conv, _conv_transpose
from .windows import Padding, Pairs, PerAxis, Window, paddings, pairs, per_axis

__all__ = ["conv", "conv_transpose"]


@public
def conv(
    x: Operand,
    weight: Operand,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Tensor:
    """Slide every filter over the images and sum the products.

    Shapes
    ------
    x       (N, C, S1, ..., Sn), for any n above zero
    weight  (F, C / groups, K1, ..., Kn)
    result  (N, F, O1, ..., On), where with p elements of padding in all
            O = (S + p - (K - 1) dilation - 1) // stride + 1

    Parameters
    ----------
    stride, dilation : int, or one for each axis
        How many elements apart windows are, and the elements of one window.
    padding : int, one for each axis, a pair for each axis, "valid" or "same"
        How many zeros surround the image. "valid" means none. "same" means as many as
        give O = S / stride, rounded up; if their number is odd, there is one more at
        the end (as in TensorFlow and JAX).
    groups : int
        Channels and filters come in that many groups, of equal sizes, and a filter
        sees the channels of its group only.

    Raises
    ------
    DtypeError
        If the elements are no numbers, or do not combine.
    ShapeError
        If the channels disagree, the groups do not divide, a filter exceeds the padded
        image, or a number is too small.

    Notes
    -----
    Computes a correlation: the filters are not flipped.

    Source: Dumoulin and Visin 2016, relationship 15.
    """
    x, weight = _prepared("conv", x, weight, "(F, C / groups, ...)")
    C = x.shape[1]
    F, depth, *sizes = weight.shape
    groups = _checked_groups("conv", groups, C=C, F=F)
    if depth * groups != C:
        raise ShapeError(
            f"conv: filters of shape {weight.shape} in {groups} groups need "
            f"{depth * groups} channels; x is {x.shape}, which has {C}"
        )
    window = _window("conv", sizes, stride, dilation)
    pads = paddings("conv", padding, window, x.shape[2:])
    return _conv(x, weight, pads=pads, groups=groups, **_steps(window))


@public
def conv_transpose(
    x: Operand,
    weight: Operand,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Tensor:
    """Spread every element of the images out by its filters, and add what overlaps.

    Shapes
    ------
    x       (N, C, S1, ..., Sn), for any n above zero
    weight  (C, F / groups, K1, ..., Kn)
    result  (N, F, O1, ..., On), where with p elements of padding in all
            O = (S - 1) stride + (K - 1) dilation + 1 - p + output_padding

    Parameters
    ----------
    padding : int, one for each axis, or a pair for each axis
        How many elements of the result are left out at its ends.
    output_padding : int, or one for each axis
        How many elements are added at the end, less than the stride. `conv` makes one
        size of images of several sizes; this says which of them comes back.
    stride, dilation, groups
        Those of `conv`, which has the same errors; nothing left is another one.

    Notes
    -----
    The transpose of `conv` with the same weight and arguments: the sum of the products
    of the elements of `conv_transpose(x, weight)` and of images y is that of x and
    `conv(y, weight)`.

    Source: Dumoulin and Visin 2016, relationship 14.
    """
    x, weight = _prepared("conv_transpose", x, weight, "(C, F / groups, ...)")
    C, *image = x.shape[1:]
    groups = _checked_groups("conv_transpose", groups, C=C)
    if weight.shape[0] != C:
        raise ShapeError(
            f"conv_transpose: weight of shape {weight.shape} needs {weight.shape[0]} "
            f"channels; x is {x.shape}, which has {C}"
        )
    window = _window("conv_transpose", weight.shape[2:], stride, dilation)
    pads, shape = _cropping(window, padding, output_padding, tuple(image))
    return _conv_transpose(
        x, weight, shape=shape, pads=pads, groups=groups, **_steps(window)
    )


def _prepared(
    who: str, x: Operand, weight: Operand, layout: str
) -> tuple[Tensor, Tensor]:
    """The operands as tensors of one dtype, with the same number of axes."""
    x, weight = promoted(who, (x, weight))
    check_kind(x.dtype, NUMBERS, who=who)
    if x.ndim != weight.ndim or x.ndim < 3:
        raise ShapeError(
            f"{who}: x (N, C, ...) and weight {layout} with equally many image axes, "
            f"at least one, are needed; x is {x.shape}, weight is {weight.shape}"
        )
    return x, weight


def _checked_groups(who: str, groups: int, **counts: int) -> int:
    """How many groups there are, which must divide all counts."""
    (groups,) = per_axis(who, "groups", groups, 1)
    for name, count in counts.items():
        if count % groups:
            raise ShapeError(
                f"{who}: groups must divide {name}, which is {count}; {groups} came"
            )
    return int(groups)


def _window(
    who: str, sizes: Sequence[int], stride: PerAxis, dilation: PerAxis
) -> Window:
    n = len(sizes)
    return Window(
        per_axis(who, "filter sizes", sizes, n),
        per_axis(who, "stride", stride, n),
        per_axis(who, "dilation", dilation, n),
    )


def _steps(window: Window) -> dict[str, Shape]:
    """What the primitives are told of a window; its sizes are those of the filters."""
    return {"strides": window.strides, "dilations": window.dilations}


def _cropping(
    window: Window, padding: Padding, output_padding: PerAxis, image: Shape
) -> tuple[Pairs, Shape]:
    """What a transposed convolution leaves out at the ends, and the size that stays.

    Raises
    ------
    ShapeError
        If no element is left, or more are added than `conv` can leave unread.
    """
    who, n = "conv_transpose", len(image)
    pads = pairs(who, padding, n)
    extra = per_axis(who, "output_padding", output_padding, n, least=0)
    if any(map(ge, extra, window.strides)):
        raise ShapeError(
            f"{who}: output_padding must be less than the stride, which is "
            f"{window.strides}; {extra} came"
        )
    full = tuple(map(add, window.covered(image), extra))
    if any(map(le, full, map(sum, pads))):
        raise ShapeError(f"{who}: padding {pads} leaves nothing of {full} elements")
    return pads, tuple(size - sum(pad) for size, pad in zip(full, pads, strict=True))
