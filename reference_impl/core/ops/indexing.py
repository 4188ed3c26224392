"""`x[index]`: NumPy's language of indices, taken apart into steps that are ops.

Slices, integers, `None` and the Ellipsis are a slice and a reshape, so what they read
is a view. Arrays of positions then gather from it.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index as integer
from typing import Any

import numpy as np

from ..dtype import BOOLEANS, INTEGERS, bool_
from ..elements import tensor
from ..errors import DtypeError, IndexRangeError, MappingError, RangeError, ShapeError
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import Shape, broadcast_shapes
from ..tensor import Tensor, value
from .gathering import positions
from .index_steps import Selection
from .reshaping import _reshape
from .slicing import Slice, _slice, taken_size, whole

__all__ = ["getitem"]


@public
def getitem(x: Operand, index: Any) -> Tensor:
    """Select elements, as `x[index]` does.

    Parameters
    ----------
    index : int, slice, None, Ellipsis, integers, booleans, or a tuple of these
        As in NumPy, with tensors and lists as well as arrays. The axes of arrays that
        stand apart, as in `x[i, :, j]`, come first in the result.

    Raises
    ------
    DtypeError
        If something cannot be an index.
    IndexRangeError
        If an index is out of range, a mask does not fit, or there are more of them
        than axes.
    RangeError
        If the step of a slice is zero.
    ShapeError
        If arrays do not broadcast, or a nested list is ragged.
    NoValueError
        If the elements of a mask are not known yet: the shape depends on them.
    """
    (x,) = as_tensors("getitem", (x,))
    slices = _plain(x, index)
    return selection(x, index).read(x) if slices is None else _slice(x, slices=slices)


def _plain(x: Tensor, index: Any) -> tuple[Slice, ...] | None:
    """What integers, slices and an Ellipsis take; `None` if there is anything else.

    x[3] takes 5.0 us instead of 10.2 us, x[:, 2:5] 5.4 us instead of 11.6 us, x[..., 0]
    4.9 us instead of 10.9 us, where x + x takes 3.0 us; 3.1 us are for the op itself.
    """
    entries = index if index.__class__ is tuple else (index,)
    axis, skipped = 0, x.ndim + 1 - len(entries)
    if skipped < 1:
        return None  # a mistake, or the Ellipsis stands for no axis
    for entry in entries:
        if entry.__class__ not in _TAKES and entry is not ...:
            return None  # before any work is done in vain
    slices = whole(x.shape)
    for entry in entries:
        if entry.__class__ in _TAKES:
            slices[axis] = _TAKES[entry.__class__](x, entry, axis)
            axis += 1
        elif skipped:
            axis, skipped = axis + skipped, 0
        else:
            return None  # a second Ellipsis
    return tuple(slices)


def selection(x: Tensor, index: Any) -> Selection:
    """Take an index apart; for the errors see `getitem`."""
    given = [
        entry if entry.__class__ in _PLAIN else _simplified(x, entry)
        for entry in (index if index.__class__ is tuple else (index,))
    ]
    # One loop: every `x[i]` comes through here, and several would take twice as long.
    slices: list[Slice] = []
    sliced: list[int] = []
    part: list[int] = []
    arrays: list[Tensor | None] = []
    for taken, size, array in _steps(x, given):
        if taken is not None:
            slices.append(taken)
        if size is not None:
            part.append(size)
            arrays.append(array)
            if taken is not None:
                sliced.append(size)
    is_whole = slices == whole(x.shape)
    first = x.shape, () if is_whole else tuple(slices), tuple(sliced), tuple(part)
    axes = tuple([axis for axis, array in enumerate(arrays) if array is not None])
    if not axes:
        return Selection(*first)
    indices = tuple([array for array in arrays if array is not None])
    at = 0 if _is_split(given) else axes[0]
    return Selection(*first, axes, indices, _common(indices), at)


_PLAIN = (int, slice, type(None), type(...))


def _simplified(x: Tensor, entry: Any) -> Any:
    """An integer, or a tensor of positions or truth values on the device of `x`."""
    if isinstance(entry, (Tensor, np.ndarray, list, tuple, range, bool, np.bool_)):
        return positions("getitem", x, entry, kinds=BOOLEANS + INTEGERS)
    try:
        return integer(entry)
    except TypeError:
        raise DtypeError(
            f"getitem: an index is an integer, a slice, `...`, `None`, or a tensor of "
            f"integers or booleans; the {type(entry).__name__} {entry!r} came"
        ) from None


def _is_split(given: list[Any]) -> bool:
    """Whether something stands between two arrays; integers count as such."""
    places = [i for i, entry in enumerate(given) if entry.__class__ in (int, Tensor)]
    return bool(places) and places[-1] - places[0] >= len(places)


# What happens to an axis: what is taken from it, the size that it then has, and where
# it is gathered. From a new axis nothing is taken; one that is dropped has no size.
Step = tuple[Slice | None, int | None, Tensor | None]


def _steps(x: Tensor, given: list[Any]) -> list[Step]:
    used = sum(map(_axes_used, given))
    if used > x.ndim:
        raise IndexRangeError(
            f"getitem: too many indices, for {used} axes; the shape is {x.shape}"
        )
    steps: list[Step] = []
    axis, rest = 0, x.ndim - used
    seen_ellipsis = False
    for entry in given:
        if entry is None:
            steps.append((None, 1, None))
        elif entry is ...:
            if seen_ellipsis:
                raise IndexRangeError("getitem: more than one `...` came")
            seen_ellipsis = True
            steps += [((0, size, 1), size, None) for size in x.shape[axis:][:rest]]
            axis += rest
        else:
            steps += _taken(x, entry, axis)
            axis += _axes_used(entry)
    return steps + [((0, size, 1), size, None) for size in x.shape[axis:]]


def _axes_used(entry: Any) -> int:
    if entry.__class__ is Tensor and entry.dtype is bool_:
        return entry.ndim
    return 0 if entry is None or entry is ... else 1


def _taken(x: Tensor, entry: Any, axis: int) -> list[Step]:
    if entry.__class__ is Tensor:
        return _gathered(x, entry, axis)
    taken = _TAKES[entry.__class__](x, entry, axis)
    return [(taken, taken_size(x.shape[axis], taken), None)]


def _one(x: Tensor, entry: int, axis: int) -> int:
    size = x.shape[axis]
    if not -size <= entry < size:
        raise IndexRangeError(
            f"getitem: index {entry} is out of range for axis {axis} of shape "
            f"{x.shape}, whose size is {size}"
        )
    return entry % size


def _some(x: Tensor, entry: slice, axis: int) -> Slice:
    try:
        start, stop, step = entry.indices(x.shape[axis])
    except MappingError:
        raise
    except TypeError:
        raise DtypeError(f"getitem: the bounds of {entry} must be integers") from None
    except ValueError:
        raise RangeError(f"getitem: the step of {entry} must not be zero") from None
    if step > 0:
        return start, stop, step
    # Before the first element there is no position: -1 would be the last one.
    return (start, stop if stop >= 0 else None, step) if start >= 0 else (0, 0, 1)


_TAKES: dict[type, Callable[[Tensor, Any, int], Slice]] = {int: _one, slice: _some}


def _gathered(x: Tensor, entry: Tensor, axis: int) -> list[Step]:
    arrays = [entry]
    if entry.dtype is bool_:
        if not entry.ndim:
            # A truth value takes everything, or nothing, along a new axis.
            return [(None, 1, _found(x, _reshape(entry, shape=(1,)))[0])]
        shape = x.shape[axis : axis + entry.ndim]
        # NumPy, too, lets an axis without elements select nothing from any other.
        if any(m not in (0, n) for m, n in zip(entry.shape, shape, strict=True)):
            raise IndexRangeError(
                f"getitem: a mask must have the shape of the axes that it is for; it "
                f"is {entry.shape}, they are {shape}"
            )
        arrays = _found(x, entry)
    sizes = x.shape[axis:]
    return [((0, n, 1), n, array) for n, array in zip(sizes, arrays, strict=False)]


def _found(x: Tensor, mask: Tensor) -> list[Tensor]:
    """Where a mask is true, as one tensor of positions for each of its axes."""
    elements = mask.device.get(value(mask, "getitem"))
    return [tensor(found, device=x.device) for found in np.nonzero(elements)]


def _common(indices: tuple[Tensor, ...]) -> Shape:
    if len(indices) == 1:
        return indices[0].shape
    try:
        return broadcast_shapes(*[index.shape for index in indices])
    except ShapeError:
        shapes = " and ".join(str(index.shape) for index in indices)
        raise ShapeError(
            f"getitem: positions must broadcast to one shape; {shapes} came"
        ) from None
