"""Positions of elements: where a tensor is not zero, where a number would be inserted.

How many elements are not zero depends on values, so `nonzero` and `argwhere` have no
shape while a function is captured: there, `where(condition, a, b)` is what helps.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ..dtype import ORDERED, int64
from ..elements import tensor
from ..errors import RangeError, ShapeError
from ..kinds import constant
from ..op import Rule, public
from ..operands import Operand, as_tensors, promoted
from ..tensor import Tensor, value
from .gathering import taken

__all__ = ["argwhere", "nonzero", "searchsorted"]


@public
def nonzero(x: Operand) -> tuple[Tensor, ...]:
    """Find the positions of the elements that are not zero, in row-major order.

    Returns
    -------
    tuple of Tensor
        One tensor of positions for each axis, so that `x[nonzero(x)]` has the elements.

    Raises
    ------
    ShapeError
        If there is no axis.
    NoValueError
        If the elements are not known yet.
    """
    (x,) = as_tensors("nonzero", (x,))
    if not x.ndim:
        raise ShapeError("nonzero: an axis is needed, the shape is ()")
    found = np.nonzero(x.device.get(value(x, "nonzero")))
    return tuple(tensor(positions, device=x.device) for positions in found)


@public
def argwhere(x: Operand) -> Tensor:
    """Find the positions of the elements that are not zero, one row for each.

    Shapes
    ------
    result  (number of such elements, number of axes of `x`)

    Raises
    ------
    NoValueError
        If the elements are not known yet.
    """
    (x,) = as_tensors("argwhere", (x,))
    found = np.argwhere(x.device.get(value(x, "argwhere")))
    return tensor(found, device=x.device)


def _among_sorted(draw: Rule) -> list[Any]:
    """The domain of `searchsorted`: numbers that equal others once they are whole."""
    x, numbers = np.array([1, 2, 2, 5]), np.array([[2.5, 0.5], [9.5, 5.5]])
    arrays = tuple(each.astype(draw().dtype) for each in (x, numbers))
    return [(arrays, {"side": side}) for side in ("left", "right")]


@constant(
    shape=lambda x, numbers, side: numbers.shape,
    dtype=lambda x, numbers, side: int64,
    kinds=ORDERED,
    domain=_among_sorted,
)
def _searchsorted(x, numbers, *, side):
    """Find where numbers would be inserted so that the order is kept."""
    return np.searchsorted(x, numbers, side)


@public
def searchsorted(
    x1: Operand,
    x2: Operand,
    *,
    side: Literal["left", "right"] = "left",
    sorter: Operand | None = None,
) -> Tensor:
    """Find where the numbers of `x2` would be inserted into `x1` to keep its order.

    Parameters
    ----------
    side : str
        Before or behind elements that are equal.
    sorter : integers, optional
        The order of `x1`, from `argsort`, if it is not sorted.

    Shapes
    ------
    x1      (N,), ascending
    x2      any
    result  that of `x2`, integers in [0, N]

    Raises
    ------
    DtypeError
        If the elements have no order, or do not combine.
    RangeError
        If there is no such side.
    ShapeError
        If `x1`, or the sorter, is no vector.
    """
    if side not in ("left", "right"):
        raise RangeError(f"searchsorted: the sides are left and right, {side!r} came")
    x, numbers = promoted("searchsorted", (x1, x2))
    if x.ndim != 1:
        raise ShapeError(f"searchsorted: a vector is needed, x1 is {x.shape}")
    if sorter is not None:
        x = taken("searchsorted", x, sorter, 0)
        if x.ndim != 1:
            raise ShapeError(f"searchsorted: sorter must be a vector, {x.shape} came")
    return _searchsorted(x, numbers, side=side)
