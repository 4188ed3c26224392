"""What an op is applied to: how numbers and arrays become tensors that fit together.

Every eager op passes through here, so each function first asks whether there is
anything to do.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from .device import HOST, Device
from .dtype import DEFAULT, FLOATS, WEAK, Dtype, result_type, weak_type
from .elements import tensor
from .errors import DeviceError, DtypeError, ShapeError
from .shape import Shape, broadcast_shapes
from .tensor import FREED, FUNCTIONS, UNTRACKED, Tensor, check_not_freed, known, value

Operand = Any  # a Tensor, or a number or NumPy array that becomes one


def as_tensors(who: str, operands: tuple[Operand, ...]) -> tuple[Tensor, ...]:
    """Operands as tensors, each with the dtype that it has by itself.

    Raises
    ------
    DtypeError, ShapeError, FreedError
        If an operand is not made of numbers, is ragged or freed; `who` opens the
        message.
    """
    for x in operands:
        if x.__class__ is not Tensor or x.data is FREED:
            return tuple([_as_tensor(who, x) for x in operands])
    return operands


def _as_tensor(who: str, x: Operand) -> Tensor:
    if x.__class__ is Tensor:
        check_not_freed(x, who)
        return x
    try:
        return tensor(x)
    except (DtypeError, ShapeError) as error:
        why = str(error).removeprefix("tensor: ")
        raise type(error)(f"{who}: {x!r:.60} is no tensor: {why}") from None


def promoted(who: str, operands: tuple[Operand, ...]) -> tuple[Tensor, ...]:
    """Operands as tensors of one dtype; Python scalars take that of the tensors.

    Raises
    ------
    DtypeError, DeviceError
        If the dtypes are of different kinds, or the devices differ; `who` opens the
        message, as it does for what `as_tensors` raises.
    """
    first = operands[0]
    for x in operands:
        # NumPy has one object for each native dtype.
        if (
            x.__class__ is not Tensor
            or x.dtype is not first.dtype
            or x.device is not first.device
            or x.data is FREED
        ):
            break
    else:
        return operands
    given = [x if x.__class__ in DEFAULT else _as_tensor(who, x) for x in operands]
    dtypes = {x.dtype for x in given if x.__class__ is Tensor}
    if not dtypes:
        return promoted(who, as_tensors(who, operands))
    dtype = dtypes.pop() if len(dtypes) == 1 else result_type(*dtypes, who=who)
    for x in given:
        if x.__class__ is not Tensor:
            dtype = weak_type(x, dtype, who=who)
    place = common_device(who, [x for x in given if x.__class__ is Tensor])
    return tuple([_joined(x, dtype, place, who) for x in given])


def common_device(who: str, inputs: Sequence[Tensor]) -> Device:
    """Where tensors lie.

    Raises
    ------
    DeviceError
        If they do not lie on one device; `who` opens the message.
    """
    device = inputs[0].device
    for x in inputs:
        if x.device is not device:
            raise DeviceError(
                f"{who}: the operands are on different devices, {device.name} and "
                f"{x.device.name}; move one with `to_device`"
            )
    return device


def _joined(x: Any, dtype: Dtype, place: Device, who: str) -> Tensor:
    if x.__class__ is Tensor:
        return x if x.dtype == dtype else x.astype(dtype)
    try:
        return known(_array(x, dtype), place)
    except OverflowError:
        raise _no_fit(who, x, dtype) from None


def _array(number: Any, dtype: Dtype) -> np.ndarray:
    """A Python number as an array without axes."""
    # bfloat16 takes no integers of more than 64 bits.
    is_integer = number.__class__ is int and dtype.kind in FLOATS
    return np.array(float(number) if is_integer else number, dtype)


def _no_fit(who: str, number: Any, dtype: Dtype) -> DtypeError:
    return DtypeError(f"{who}: {number!r:.60} does not fit into {dtype}")


def stretched(who: str, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Tensors broadcast to one shape.

    Raises
    ------
    ShapeError
        If the shapes do not fit; `who` opens the message.
    """
    try:
        shape = common_shape(*inputs)
    except ShapeError as error:
        raise ShapeError(f"{who}: {error}") from None
    for x in inputs:
        if x.root != UNTRACKED:
            break
    else:
        return inputs  # nobody asks for the graph, and NumPy broadcasts by itself
    return tuple([x if x.shape == shape else _repeated(x, shape) for x in inputs])


def common_shape(*inputs: Any) -> Shape:
    """The shape to which tensors, or arrays, are broadcast.

    Raises
    ------
    ShapeError
        If there is none.
    """
    longest: Shape = ()
    for x in inputs:
        if len(x.shape) > len(longest):
            longest = x.shape
    for x in inputs:
        # A bias meets rows: 0.5 us instead of 4 us for the general rule.
        if x.shape and longest[-len(x.shape) :] != x.shape:
            break
    else:
        return longest
    return broadcast_shapes(*[x.shape for x in inputs])


def _repeated(x: Tensor, shape: Shape) -> Tensor:
    if x.root != UNTRACKED or x.shape:
        return FUNCTIONS["_broadcast_to"](x, shape=shape)
    # 0.6 us instead of 4 us for np.broadcast_to: one number, read again and again.
    number = value(x, "broadcast_to")
    return known(np.ndarray(shape, x.dtype, number, 0, (0,) * len(shape)), x.device)


def aligned(who: str, operands: tuple[Operand, ...]) -> tuple[Tensor, ...]:
    """Operands as tensors of one dtype and one shape.

    Raises
    ------
    DtypeError, DeviceError, ShapeError, FreedError
        As `promoted` and `stretched` do.
    """
    if len(operands) > 2:
        return stretched(who, promoted(who, operands))
    x, y = operands[0], operands[-1]
    if x.__class__ is Tensor:
        if y.__class__ is Tensor:
            if x.dtype is y.dtype and x.shape == y.shape:
                return operands
        elif y.__class__ in DEFAULT and x.dtype in WEAK[y.__class__]:
            return x, _number_beside(x, y, who)
    elif y.__class__ is Tensor:  # noqa: SIM102
        if x.__class__ in DEFAULT and y.dtype in WEAK[x.__class__]:
            return _number_beside(y, x, who), y
    return stretched(who, promoted(who, operands))


def _number_beside(x: Tensor, number: Any, who: str) -> Tensor:
    """A Python scalar as a tensor that fits the one it meets."""
    shape = () if x.root == UNTRACKED else x.shape
    # 0.0 and -0.0 are equal, and so one key of a dictionary; complex numbers have two.
    is_safe = number.__class__ is not complex and number
    key = number if is_safe or number.__class__ is int else repr(number)
    place: Any = x.device
    # The host is always there; what is remembered would keep other devices alive.
    made = _remembered if place is HOST else _constant
    try:
        return made(number.__class__, key, x.dtype, shape, place)
    except OverflowError:
        raise _no_fit(who, number, x.dtype) from None


def _constant(kind: type, key: Any, dtype: Dtype, shape: Shape, device: Any) -> Tensor:
    number = _array(kind(key), dtype)
    number.flags.writeable = False  # it is everybody's
    return known(np.ndarray(shape, dtype, number, 0, (0,) * len(shape)), device)


# 0.3 us instead of 2 us: the commonest operands that are no tensors are a few numbers.
_remembered = functools.lru_cache(maxsize=1024)(_constant)
