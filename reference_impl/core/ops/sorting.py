"""Orders of elements along an axis.

The order is a constant: what carries a derivative is taking the elements in it.
"""

from __future__ import annotations

import numpy as np

from ..dtype import ORDERED, check_kind, int64, wide_type
from ..errors import RangeError
from ..kinds import constant
from ..number import integer
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import axis_number
from ..tensor import Tensor
from .gathering import take_along_axis
from .slicing import along

__all__ = ["argsort", "sort", "topk"]


@constant(
    shape=lambda x, axis, descending: x.shape,
    dtype=lambda x, axis, descending: int64,
    kinds=ORDERED,
    domain=lambda draw: [
        ((draw(3, 4),), {"axis": 0, "descending": False}),
        ((draw(2, 5),), {"axis": 1, "descending": True}),
    ],
)
def _argsort(x, *, axis, descending):
    """Find the order of the elements along one axis."""
    x = x.astype(wide_type(x.dtype), copy=False)
    if not descending:
        return np.argsort(x, axis, kind="stable")
    # Reversed before and after, so that of equal elements the first comes first.
    order = np.argsort(np.flip(x, axis), axis, kind="stable")
    return x.shape[axis] - 1 - np.flip(order, axis)


@public
def argsort(
    x: Operand, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Tensor:
    """Find the positions that the sorted elements have in `x`.

    Elements that are not numbers count as the largest. Equal elements keep their order,
    in descending order too; `stable=False` allows another and is not made use of.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are complex, or the axis is out of range.
    """
    (x,) = as_tensors("argsort", (x,))
    axis = axis_number(axis, x.ndim, who="argsort")
    return _argsort(x, axis=axis, descending=descending)


@public
def sort(
    x: Operand, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Tensor:
    """Put the elements along an axis in order; see `argsort`.

    A cotangent goes to the place from which its element came.
    """
    (x,) = as_tensors("sort", (x,))
    check_kind(x.dtype, ORDERED, who="sort")
    axis = axis_number(axis, x.ndim, who="sort")
    order = argsort(x, axis=axis, descending=descending, stable=stable)
    return take_along_axis(x, order, axis=axis)


@public
def topk(x: Operand, k: int, *, axis: int = -1) -> tuple[Tensor, Tensor]:
    """Take the `k` largest elements along an axis, and their positions.

    The largest comes first; of equal elements, the one that stands first in `x`.

    Returns
    -------
    values, indices : Tensor
        In the shape of `x`, with size `k` along the axis.

    Raises
    ------
    RangeError
        If there are fewer than `k` elements.
    DtypeError
        If `k` is no integer.
    """
    (x,) = as_tensors("topk", (x,))
    check_kind(x.dtype, ORDERED, who="topk")
    axis = axis_number(axis, x.ndim, who="topk")
    k = integer("topk: k", k)
    if not 0 <= k <= x.shape[axis]:
        raise RangeError(
            f"topk: k must lie between 0 and the size of axis {axis}, "
            f"{x.shape[axis]}; {k} came"
        )
    indices = along(argsort(x, axis=axis, descending=True), axis, 0, k)
    return take_along_axis(x, indices, axis=axis), indices
