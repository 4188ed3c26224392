"""Tensors made from data that lies elsewhere, from a shape, or from labels.

What depends on where an element stands (ranges, coordinates, triangles) is in `grid`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..device import HOST, Device, as_device
from ..dlpack import imported
from ..dtype import (
    ANY,
    COMPLEXES,
    INEXACT,
    INTEGERS,
    UNSIGNED,
    Dtype,
    as_dtype,
    float32,
)
from ..elements import tensor, usual_dtype
from ..errors import DtypeError, MappingError, OutOfMemoryError, RangeError
from ..kinds import constant
from ..number import integer
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import Shape, checked_sizes, possible
from ..tensor import UNTRACKED, Tensor, known

__all__ = [
    "asarray",
    "empty",
    "empty_like",
    "from_dlpack",
    "full",
    "full_like",
    "one_hot",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]

Place = str | Device | None  # a device, its name, or the CPU by default

# Which kinds of dtypes a number of some kind can be stored in; True is 1 is not 0.
_HOLDERS = {"f": INEXACT, "V": INEXACT, "c": COMPLEXES} | dict.fromkeys("biu", ANY)


def asarray(
    obj: Any, /, *, dtype: Any = None, device: Place = None, copy: bool | None = None
) -> Tensor:
    """A tensor with the elements of `obj`; `tensor` with a choice about copying.

    Parameters
    ----------
    copy : bool, optional
        `True` copies even a tensor. `False` shares memory with `obj`: the tensor sees
        what others write there. By default everything is copied but tensors, which
        cannot change.

    Raises
    ------
    DtypeError, ShapeError, DeviceError
        As `tensor` does.
    RangeError
        If `copy=False`, and a copy is necessary.
    """
    if copy is False:
        return _shared(obj, dtype, as_device(device))
    x = tensor(obj, dtype=dtype, device=device)
    if copy and x is obj and x.root == UNTRACKED:
        return known(x.device.put(x.numpy()), x.device)
    return x


def _shared(obj: Any, dtype: Any, place: Device) -> Tensor:
    """The elements of `obj` where they are."""
    if isinstance(obj, Tensor):
        if obj.device is place and chosen_dtype(dtype, obj.dtype) == obj.dtype:
            return obj
    elif place is HOST:
        wanted = None if dtype is None else as_dtype(dtype)
        try:
            return _reader(np.asarray(obj, wanted, copy=False))
        except ValueError:
            pass  # NumPy's word for a copy that is necessary
    raise RangeError(
        f"asarray: copy=False, and the elements of a {type(obj).__name__} would have "
        f"to be copied; memory is shared with arrays of the same dtype and device"
    )


def _reader(array: np.ndarray) -> Tensor:
    """A tensor over memory that somebody else may write to."""
    as_dtype(array.dtype)  # or an error
    view = array.view()
    view.flags.writeable = False
    return known(view)


def from_dlpack(x: Any, /, *, device: Place = None, copy: bool | None = None) -> Tensor:
    """A tensor over the elements of another framework's array, which are shared.

    Parameters
    ----------
    x : array with `__dlpack__` and `__dlpack_device__`
    device : device or its name, optional
        Where the elements shall lie; without it they stay where they are.
    copy : bool, optional
        `True` gives the tensor its own memory, `False` forbids it.

    Raises
    ------
    DeviceError
        If `x` lies on a device that cannot be read and `device` is not given.
    BufferError
        If a copy is necessary, and forbidden.

    Notes
    -----
    The tensor sees what others write into shared memory, and `grad` does not know.
    """
    place = as_device(device)
    array = imported(x, to_cpu=device is not None, copy=copy, who="from_dlpack")
    return known(array) if place is HOST else known(place.put(array), place)


def full(
    shape: Shape | int, fill_value: Any, *, dtype: Any = None, device: Place = None
) -> Tensor:
    """A tensor whose elements are all equal.

    Parameters
    ----------
    dtype : dtype or str, optional
        By default the one that `tensor(fill_value)` has.

    Raises
    ------
    DtypeError
        If there is no such dtype, or it cannot hold the number.
    ShapeError
        If a size is negative.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    return _filled("full", shape, fill_value, wanted, device)


def _filled(
    who: str, shape: Shape | int, number: Any, dtype: Dtype | None, device: Place
) -> Tensor:
    place, sizes = as_device(device), checked_sizes(shape, who=who)
    one = _one_number(number, dtype, who=who)
    return known(place.put(made(who, np.broadcast_to, one, sizes)), place)


def made(
    who: str, rule: Callable[..., np.ndarray], *args: Any, **options: Any
) -> np.ndarray:
    """The array that a rule of NumPy's makes of arguments that have been checked.

    Raises
    ------
    OutOfMemoryError
        If NumPy finds no room for it; `who` opens the message.
    """
    try:
        return rule(*args, **options)
    except MappingError:
        raise
    except (MemoryError, ValueError) as error:
        # The latter is NumPy's word for more bytes than an address can count.
        raise OutOfMemoryError(f"{who}: {error}") from None


def _one_number(number: Any, dtype: Dtype | None, *, who: str) -> np.ndarray:
    """A number as an array without axes; a fraction is not cut off."""
    holder = "" if dtype is None else f" that {dtype} can hold"
    try:
        given = np.asarray(number)
        if not given.shape:
            wanted = as_dtype(usual_dtype(number, given)) if dtype is None else dtype
            if wanted.kind in _HOLDERS.get(given.dtype.kind, ""):
                return np.asarray(number, wanted)
    except MappingError:
        raise
    except (ValueError, OverflowError):
        pass  # a ragged list, or an integer that is too large
    raise DtypeError(f"{who}: one number{holder} is needed, {number!r:.60} came")


def empty(shape: Shape | int, *, dtype: Any = None, device: Place = None) -> Tensor:
    """A tensor whose elements are whatever lies in memory; float32 by default."""
    place, sizes = as_device(device), checked_sizes(shape, who="empty")
    return known(place.empty(sizes, chosen_dtype(dtype, float32)), place)


def zeros(shape: Shape | int, *, dtype: Any = None, device: Place = None) -> Tensor:
    """A tensor of zeros, float32 by default."""
    return _filled("zeros", shape, 0, chosen_dtype(dtype, float32), device)


def ones(shape: Shape | int, *, dtype: Any = None, device: Place = None) -> Tensor:
    """A tensor of ones, float32 by default."""
    return _filled("ones", shape, 1, chosen_dtype(dtype, float32), device)


def chosen_dtype(dtype: Any, default: Dtype) -> Dtype:
    """The dtype that is asked for, or another if none is."""
    return default if dtype is None else as_dtype(dtype)


@public
def full_like(
    x: Operand, /, fill_value: Any, *, dtype: Any = None, device: Place = None
) -> Tensor:
    """Equal elements in the shape, dtype and on the device of `x`.

    The result occupies the bytes of one element.
    """
    (x,) = as_tensors("full_like", (x,))
    one = _one_number(fill_value, chosen_dtype(dtype, x.dtype), who="full_like")
    return _filled_like(one, x, device)


def _filled_like(one: np.ndarray, x: Tensor, device: Place) -> Tensor:
    place = x.device if device is None else as_device(device)
    return known(np.broadcast_to(one, x.shape), place)


@public
def zeros_like(x: Operand, /, *, dtype: Any = None, device: Place = None) -> Tensor:
    """Zeros in the shape, dtype and on the device of `x`; see `full_like`."""
    (x,) = as_tensors("zeros_like", (x,))
    return _filled_like(np.zeros((), chosen_dtype(dtype, x.dtype)), x, device)


@public
def ones_like(x: Operand, /, *, dtype: Any = None, device: Place = None) -> Tensor:
    """Ones in the shape, dtype and on the device of `x`; see `full_like`."""
    (x,) = as_tensors("ones_like", (x,))
    return _filled_like(np.ones((), chosen_dtype(dtype, x.dtype)), x, device)


@public
def empty_like(x: Operand, /, *, dtype: Any = None, device: Place = None) -> Tensor:
    """Elements that are not set, in the shape, dtype and on the device of `x`."""
    (x,) = as_tensors("empty_like", (x,))
    wanted, place = chosen_dtype(dtype, x.dtype), x.device if device is None else device
    return empty(x.shape, dtype=wanted, device=place)


_UNSIGNED = {dtype.itemsize: dtype for dtype in UNSIGNED}


def check_labels(who: str, labels: np.ndarray, classes: int) -> None:
    """Raise a `RangeError` unless all labels lie in [0, classes)."""
    # Read without a sign, a negative label is larger than any class: one pass, not two.
    unsigned = labels.view(_UNSIGNED[labels.itemsize])
    if labels.size and np.maximum.reduce(unsigned, None) >= classes:
        place = tuple(map(int, np.argwhere((labels < 0) | (labels >= classes))[0]))
        raise RangeError(
            f"{who}: labels must lie in [0, {classes}), {labels[place]} came at {place}"
        )


def _labelled_shape(labels: Any, classes: int, dtype: Dtype) -> Shape:
    return possible((*labels.shape, classes), dtype.itemsize, who="one_hot")


@constant(
    shape=_labelled_shape,
    dtype=lambda labels, classes, dtype: dtype,
    kinds=INTEGERS,
    domain=lambda draw: [
        ((np.array([2, 0, 1, 2]),), {"classes": 3, "dtype": draw().dtype})
    ],
)
def _one_hot(labels, *, classes, dtype):
    """Turn every label into a row of zeros with a single one."""
    check_labels("one_hot", labels, classes)
    return (labels[..., None] == np.arange(classes)).astype(dtype)


@public
def one_hot(labels: Operand, classes: int, *, dtype: Any = float32) -> Tensor:
    """Turn every label into a row of zeros with a single one.

    Shapes
    ------
    labels  (...), integers in [0, classes)
    result  (..., classes)

    Raises
    ------
    DtypeError
        If the labels, or `classes`, are not integers.
    RangeError
        If a label is out of range, or the number of classes is negative.
    """
    (labels,) = as_tensors("one_hot", (labels,))
    count = integer("one_hot: classes", classes)
    if count < 0:
        raise RangeError(f"one_hot: classes must not be negative, {count} came")
    return _one_hot(labels, classes=count, dtype=as_dtype(dtype))
