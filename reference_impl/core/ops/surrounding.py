"""Tensors with elements around them: composed of slices and of `take`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ..dtype import INTEGERS
from ..errors import DtypeError, RangeError, ShapeError
from ..op import public
from ..operands import Operand, as_tensors, promoted
from ..tensor import Tensor
from .creation import made
from .gathering import take
from .reshaping import broadcast_to
from .slicing import _overwrite, _place

__all__ = ["pad"]

# NumPy's names for how positions outside of a line continue those inside.
_OUTSIDE: dict[str, Any] = {
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


@public
def pad(
    x: Operand,
    widths: int | Sequence[int] | Sequence[Sequence[int]],
    *,
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant",
    value: Operand = 0,
) -> Tensor:
    """Surround a tensor with elements.

    Parameters
    ----------
    widths : int, pair of int, or a pair for each axis
        How many elements to add before and after, along every axis or along each.
    mode : str
        What is added: `value`, the elements mirrored at the last one, copies of the
        last one, or the elements from the other end.
    value : number or Tensor
        For the mode `constant`.

    Raises
    ------
    ShapeError
        If the widths do not fit, or nothing is there to be mirrored or copied.
    DtypeError
        If a width is no integer.
    RangeError
        If a width is negative or there is no such mode.
    """
    (x,) = as_tensors("pad", (x,))
    pairs = _pad_widths(widths, x.ndim)
    if mode == "constant":
        return _surrounded(x, pairs, value)
    if not isinstance(mode, str) or mode not in _OUTSIDE:
        modes = ", ".join(("constant", *_OUTSIDE))
        raise RangeError(f"pad: the modes are {modes}; {mode!r} came")
    for axis, pair in enumerate(pairs):
        size = x.shape[axis]
        if any(pair):
            if not size:
                raise ShapeError(
                    f"pad: {mode!r} needs an element, axis {axis} has none"
                )
            sources = made("pad", np.pad, np.arange(size), pair, mode=_OUTSIDE[mode])
            x = take(x, sources, axis=axis)
    return x


def _pad_widths(widths: object, ndim: int) -> list[tuple[int, int]]:
    try:
        given = np.asarray(widths)
        is_whole = given.dtype.kind in INTEGERS
    except ValueError:  # a ragged list
        is_whole = False
    if not is_whole:
        raise DtypeError(f"pad: widths must be integers of 64 bits, {widths!r} came")
    if given.min(initial=0) < 0:
        raise RangeError(f"pad: widths must not be negative, {widths!r} came")
    try:
        pairs = np.broadcast_to(given, (ndim, 2)).tolist()
    except ValueError:
        raise ShapeError(
            f"pad: one width, a pair or {ndim} pairs are needed, {widths!r} came"
        ) from None
    return [(before, after) for before, after in pairs]


def _surrounded(x: Tensor, pairs: list[tuple[int, int]], number: Operand) -> Tensor:
    around = list(zip(x.shape, pairs, strict=True))
    shape = tuple(before + size + after for size, (before, after) in around)
    inside = tuple((before, before + size, 1) for size, (before, _) in around)
    if number.__class__ in (int, float) and number == 0:
        return _place(x, slices=inside, shape=shape)
    x, number = promoted("pad", (x, number))
    return _overwrite(broadcast_to(number, shape), x, slices=inside)
