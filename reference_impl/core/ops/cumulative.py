"""Running sums, and the differences that undo them.

A running sum is linear, so its transpose is all that a derivative needs: the same sum
from the other end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtype import HALVES, NUMBERS, check_kind, total_type, wide_type
from ..errors import RangeError, ShapeError
from ..kinds import linear
from ..number import integer
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import axis_number
from ..tensor import Tensor
from .creation import zeros
from .elementwise.conversion import converted
from .joining import concat
from .slicing import along, flip

__all__ = ["cumulative_sum", "diff"]


def _from_the_end(g: Tensor, x: Tensor, axis: int) -> Tensor:
    return flip(_cumulative_sum(flip(g, axis=axis), axis=axis), axis=axis)


@linear(
    transpose=_from_the_end,
    shape=lambda x, axis: x.shape,
    dtype=lambda x, axis: total_type(x.dtype),
    domain=lambda draw: [((draw(3, 4),), {"axis": 0}), ((draw(2, 5),), {"axis": 1})],
)
def _cumulative_sum(x, *, axis):
    """Add to every element those before it along one axis."""
    totals = np.add.accumulate(x, axis, wide_type(total_type(x.dtype)))
    return totals.astype(x.dtype) if x.dtype in HALVES else totals


@public
def cumulative_sum(
    x: Operand,
    *,
    axis: int | None = None,
    dtype: Any = None,
    include_initial: bool = False,
) -> Tensor:
    """Add to every element those before it along one axis.

    Parameters
    ----------
    axis : int
        May be left out if there is only one.
    dtype : dtype or str, optional
        Of `sum`.
    include_initial : bool
        Begin with the sum of nothing, 0; the axis becomes longer by one.

    Raises
    ------
    ShapeError
        If the axis is out of range, or none is given and there are several.
    """
    x, axis = line_axis("cumulative_sum", x, axis)
    out = _cumulative_sum(converted(x, dtype), axis=axis)
    return with_initial(zeros, out, axis) if include_initial else out


def line_axis(who: str, x: Operand, axis: int | None) -> tuple[Tensor, int]:
    """A tensor, and the axis along which its lines are; the only one by default."""
    (x,) = as_tensors(who, (x,))
    if axis is None and x.ndim != 1:
        raise ShapeError(
            f"{who}: without `axis`, one axis is needed; the shape is {x.shape}"
        )
    return x, axis_number(0 if axis is None else axis, x.ndim, who=who)


def with_initial(initial: Callable[..., Tensor], out: Tensor, axis: int) -> Tensor:
    """Running totals, after the one of no elements."""
    shape = (*out.shape[:axis], 1, *out.shape[axis + 1 :])
    first = initial(shape, dtype=out.dtype, device=out.device)
    return concat([first, out], axis=axis)


@public
def diff(
    x: Operand,
    *,
    axis: int = -1,
    n: int = 1,
    prepend: Operand = None,
    append: Operand = None,
) -> Tensor:
    """Take from every element along an axis the one before it.

    Undoes `cumulative_sum`, but for the first element, which has none before it.

    Parameters
    ----------
    n : int
        How often; each time the axis becomes shorter by one.
    prepend, append : tensor, optional
        Joined to `x` along the axis first, unless `n` is 0.

    Raises
    ------
    DtypeError
        If the elements are no numbers.
    RangeError
        If `n` is negative.
    ShapeError
        If the axis is out of range, or what is to be joined does not fit.
    """
    (x,) = as_tensors("diff", (x,))
    check_kind(x.dtype, NUMBERS, who="diff")
    axis = axis_number(axis, x.ndim, who="diff")
    times = integer("diff: n", n)
    if times < 0:
        raise RangeError(f"diff: n must not be negative, {n} came")
    if times == 0:
        return x
    joined = [each for each in (prepend, x, append) if each is not None]
    x = concat(joined, axis=axis) if len(joined) > 1 else x
    size = x.shape[axis]
    if times >= size:
        return along(x, axis, 0, 0)
    for left in range(size - 1, size - 1 - times, -1):
        x = along(x, axis, 1, left + 1) - along(x, axis, 0, left)
    return x
