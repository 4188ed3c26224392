"""Products that sum over axes which both factors share, and those that sum over none.

Many axes are brought into the form of one matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence

from ..dtype import NUMBERS, check_kind
from ..errors import ShapeError
from ..number import integer
from ..op import public
from ..operands import Operand, promoted
from ..shape import Shape, named_axes
from ..tensor import Tensor
from .complex_numbers import conj
from .elementwise import astype
from .matmul import _matmul
from .permuting import reordered
from .reduction import sum
from .reshaping import reshape

__all__ = ["outer", "tensordot", "vecdot"]

Labels = tuple[Hashable, ...]


@public
def vecdot(x: Operand, y: Operand, *, axis: int = -1) -> Tensor:
    """Sum the products of the elements of vectors; those of `x` are conjugated.

    Shapes
    ------
    x, y    broadcast to one shape, but are of one size along the axis
    result  without that axis

    Raises
    ------
    DtypeError
        If the elements are no numbers, or do not combine.
    ShapeError
        If the sizes differ along the axis, or the others do not broadcast.

    Notes
    -----
    Source: Array API standard 2024.12, `vecdot`.
    """
    x, y = promoted("vecdot", (x, y))
    check_kind(x.dtype, NUMBERS, who="vecdot")
    least, most = sorted((x.ndim, y.ndim))
    axis = integer("vecdot: axis", axis)
    last = axis - most if axis >= 0 else axis  # from the end, where shapes are aligned
    if not -least <= last < 0:
        raise ShapeError(
            f"vecdot: axis {axis} is not there in both operands, x is {x.shape} and y "
            f"is {y.shape}"
        )
    if x.shape[last] != y.shape[last]:
        raise ShapeError(
            f"vecdot: sizes along axis {axis} differ: x is {x.shape}, y is {y.shape}; "
            f"{x.shape[last]} must equal {y.shape[last]}"
        )
    # Small integers are summed as large ones.
    return astype(sum(conj(x) * y, axis=last), x.dtype)


@public
def outer(x: Operand, y: Operand) -> Tensor:
    """Multiply every element of one vector by every element of another.

    Shapes
    ------
    x       (N,)
    y       (M,)
    result  (N, M)

    Raises
    ------
    DtypeError
        If the elements are no numbers, or do not combine.
    ShapeError
        If an operand is no vector.
    """
    x, y = promoted("outer", (x, y))
    check_kind(x.dtype, NUMBERS, who="outer")
    if not x.ndim == y.ndim == 1:
        raise ShapeError(
            f"outer: two vectors are needed, x is {x.shape} and y is {y.shape}"
        )
    return reshape(x, (x.size, 1)) * y


@public
def tensordot(
    x: Operand, y: Operand, *, axes: int | Sequence[Sequence[int]] = 2
) -> Tensor:
    """Sum the products of elements over several axes that both factors share.

    Parameters
    ----------
    axes : int or pair of sequences of int
        How many of the last axes of `x` meet the first ones of `y`, or which axes of
        `x` meet which of `y`, pair by pair.

    Shapes
    ------
    result  the other axes of `x`, then the other axes of `y`

    Raises
    ------
    DtypeError
        If the elements are no numbers, or do not combine.
    ShapeError
        If axes that meet differ in number or size, or are not there.

    Notes
    -----
    Source: Array API standard 2024.12, `tensordot`.
    """
    x, y = promoted("tensordot", (x, y))
    check_kind(x.dtype, NUMBERS, who="tensordot")
    of_x, of_y = _meeting(axes, x, y)
    x_labels = tuple(range(x.ndim))
    y_labels = tuple(
        of_x[of_y.index(axis)] if axis in of_y else x.ndim + axis
        for axis in range(y.ndim)
    )
    kept = {*x_labels, *y_labels} - {*of_x}
    return contracted(x, x_labels, y, y_labels, kept)[0]


def _meeting(
    axes: int | Sequence[Sequence[int]], x: Tensor, y: Tensor
) -> tuple[Shape, Shape]:
    """The axes of `x` and those of `y` that are summed over, pair by pair."""
    if not isinstance(axes, Sequence):
        count = integer("tensordot: axes", axes)
        if not 0 <= count <= min(x.ndim, y.ndim):
            raise ShapeError(
                f"tensordot: x is {x.shape} and y is {y.shape}, which have no {count} "
                f"axes to sum over"
            )
        axes = range(x.ndim - count, x.ndim), range(count)
    if len(axes) != 2:
        raise ShapeError(f"tensordot: axes of x and axes of y are needed, {axes} came")
    of_x, of_y = (
        named_axes(given, z.ndim, who="tensordot")
        for given, z in zip(axes, (x, y), strict=True)
    )
    sizes = tuple(x.shape[a] for a in of_x), tuple(y.shape[a] for a in of_y)
    if sizes[0] != sizes[1]:
        raise ShapeError(
            f"tensordot: axes {of_x} of x, which is {x.shape}, meet axes {of_y} of y, "
            f"which is {y.shape}; sizes {sizes[0]} must equal {sizes[1]}"
        )
    return of_x, of_y


def contracted(
    x: Tensor, x_labels: Labels, y: Tensor, y_labels: Labels, kept: Collection[Hashable]
) -> tuple[Tensor, Labels]:
    """Multiply two tensors whose axes are labelled; sum over what is not `kept`.

    Parameters
    ----------
    x_labels, y_labels : tuple
        One label for each axis. Axes of equal labels, which have equal sizes, meet.
    kept : collection
        The labels of the result. A label of one operand alone is kept in any case.

    Returns
    -------
    The product and its labels: first those of both operands, then those of `x` alone,
    then those of `y` alone.
    """
    shared = [label for label in x_labels if label in y_labels]
    batch = [label for label in shared if label in kept]
    summed = [label for label in shared if label not in kept]
    rows = [label for label in x_labels if label not in shared]
    columns = [label for label in y_labels if label not in shared]
    # A batch of one pair would be slower than the pair.
    outermost = [batch] if batch else []
    left = _grouped(x, x_labels, (*outermost, rows, summed))
    right = _grouped(y, y_labels, (*outermost, summed, columns))
    sizes = dict(zip((*x_labels, *y_labels), (*x.shape, *y.shape), strict=True))
    labels = (*batch, *rows, *columns)
    shape = tuple(sizes[label] for label in labels)
    return reshape(_matmul(left, right), shape), labels


def _grouped(x: Tensor, labels: Labels, groups: Sequence[Sequence[Hashable]]) -> Tensor:
    """Axes put in order and merged, each group of labels into one axis."""
    axes = [[labels.index(label) for label in group] for group in groups]
    sizes = tuple(math.prod(x.shape[axis] for axis in group) for group in axes)
    return reshape(reordered(x, [axis for group in axes for axis in group]), sizes)
