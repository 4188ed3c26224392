"""Elements that come more than once: copies of the whole, copies beside each other.

Copies are broadcasts, so their gradients are sums.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..dtype import INTEGERS, check_kind
from ..errors import RangeError, ShapeError
from ..number import integers
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import axis_number
from ..tensor import Tensor, value
from .creation import made
from .gathering import take
from .reshaping import _reshape, broadcast_to, expand_dims

__all__ = ["repeat", "tile"]


@public
def tile(x: Operand, repetitions: int | Sequence[int]) -> Tensor:
    """Lay copies of a tensor side by side, as many along each axis as is said.

    Parameters
    ----------
    repetitions : int or sequence of int
        They belong to the last axes; missing axes or numbers count as one.

    Raises
    ------
    ShapeError
        If a number is negative.
    """
    (x,) = as_tensors("tile", (x,))
    counts = integers(repetitions, who="tile", what="repetitions")
    if min(counts, default=0) < 0:
        raise ShapeError(f"tile: no number may be negative, {repetitions} came")
    ndim = max(len(counts), x.ndim)
    counts = (*(1,) * (ndim - len(counts)), *counts)
    sizes = (*(1,) * (ndim - x.ndim), *x.shape)
    pairs = list(zip(counts, sizes, strict=True))
    one = _reshape(x, shape=tuple(n for _, size in pairs for n in (1, size)))
    return _reshape(
        broadcast_to(one, tuple(n for pair in pairs for n in pair)),
        shape=tuple(count * size for count, size in pairs),
    )


@public
def repeat(x: Operand, repeats: Operand, *, axis: int | None = None) -> Tensor:
    """Repeat every element along an axis, the copies beside one another.

    Parameters
    ----------
    repeats : int, or integers
        How often each element comes, or one number for each.
    axis : int, optional
        Without it the elements are repeated as if `x` were flat.

    Raises
    ------
    ShapeError
        If the axis is out of range, or there are not as many numbers as elements.
    RangeError
        If a number is negative.
    NoValueError
        If the numbers are not known yet: the shape of the result depends on them.
    """
    (x,) = as_tensors("repeat", (x,))
    if axis is None:
        x, axis = _reshape(x, shape=(x.size,)), 0
    a = axis_number(axis, x.ndim, who="repeat")
    counts = _known_integers(repeats)
    if counts.min(initial=0) < 0:
        raise RangeError(f"repeat: no count may be negative, {counts.min()} came")
    if counts.ndim:
        if counts.shape != (x.shape[a],):
            raise ShapeError(
                f"repeat: one count for each of {x.shape[a]} elements is needed, "
                f"counts of shape {counts.shape} came"
            )
        sources = made("repeat", np.repeat, np.arange(x.shape[a]), counts)
        return take(x, sources, axis=a)
    before, size, after = x.shape[:a], x.shape[a], x.shape[a + 1 :]
    copies = broadcast_to(expand_dims(x, a + 1), (*before, size, int(counts), *after))
    return _reshape(copies, shape=(*before, size * int(counts), *after))


def _known_integers(repeats: Operand) -> np.ndarray:
    (given,) = as_tensors("repeat", (repeats,))
    counts = value(given, "repeat")
    check_kind(counts.dtype, INTEGERS, who="repeat: counts")
    return counts
