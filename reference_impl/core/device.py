"""Devices: who owns memory, copies values into it and applies ops there.

A device has an arena of its own. Large arrays live there, whether made from data or by
an op that can write into a block; for small ones NumPy's own allocator is faster. A
device that has a budget, a trace or poison accounts for every byte: arrays of all sizes
and results of all ops live in its arena.

The CPU is always there; another package registers its device by name, so that nothing
here has to know it.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np

from .arena import Arena, cache_aligned
from .blocks import Label
from .dtype import Dtype
from .errors import DeviceError, OutOfMemoryError, RangeError, ShapeError
from .memory import Event, Pool
from .shape import Shape

# The pool is used from the smallest size on at which it was measured to be faster. A
# chain of products and sums takes 2.5 times as long through the pool on arrays of
# 64 KiB, where NumPy's cause no page faults, and 0.66, 0.42, 0.63, 0.40 times as long
# on 256 KiB, 1 MiB, 16 MiB, 64 MiB, where they do (benchmarks/results/pool.json).
POOLED_BYTES = 1 << 18


@runtime_checkable
class Device(Protocol):
    """What the framework asks of a place that holds tensors and applies ops."""

    name: str
    pool: Pool

    def empty(self, shape: Shape, dtype: Dtype, maker: str = "empty") -> Any:
        """An array of the device whose elements are not set yet."""

    def put(self, array: np.ndarray) -> Any:
        """A copy of a NumPy array on the device."""

    def get(self, array: Any) -> np.ndarray:
        """The elements of an array of the device as a NumPy array."""

    def run(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        """The result of an op, given arrays of the device."""

    def label(self, array: Any) -> Label | None:
        """What the memory of an array was allocated for, if that is known."""


class CPU:
    """Main memory, and the processor beside it.

    Parameters
    ----------
    name : str
        Under which it can be registered.
    capacity_bytes : int, optional
        A budget; without it, the machine's memory. Less where the system grants less.
    poison : bool
        Overwrite freed blocks (see `Pool`).
    traced : bool
        Record every event in `pool.trace` from the beginning; see also `trace`.
    pooled_bytes : int
        The least size of an array, or of an op's operand, from which the pool is used;
        it has no meaning for a device that accounts for everything.

    Raises
    ------
    RangeError
        If the budget is not positive.
    """

    def __init__(
        self,
        *,
        name: str = "cpu",
        capacity_bytes: int | None = None,
        poison: bool = False,
        traced: bool = False,
        pooled_bytes: int = POOLED_BYTES,
    ) -> None:
        if capacity_bytes is not None and capacity_bytes <= 0:
            raise RangeError(
                f"CPU: capacity_bytes must be positive, {capacity_bytes} came"
            )
        self.name, self.pooled_bytes = name, pooled_bytes
        self._arena = Arena(
            name=f"device {name}",
            capacity_bytes=capacity_bytes,
            poison=poison,
            traced=traced,
        )
        self.pool = self._arena.pool
        # Why every byte must lie in the pool. Each trace in progress is one more
        # reason; a list, because threads may add and remove theirs at once.
        reasons = {"budget": capacity_bytes, "poison": poison, "trace": traced}
        self._reasons = [name for name, is_given in reasons.items() if is_given]

    def empty(self, shape: Shape, dtype: Dtype, maker: str = "empty") -> np.ndarray:
        """An array of this device whose elements are not set yet.

        Raises
        ------
        ShapeError
            If a size is negative.
        OutOfMemoryError
            If the pool has no room.
        """
        if shape and min(shape) < 0:
            raise ShapeError(f"empty: sizes must not be negative, {shape} came")
        if self._pools(shape, dtype):
            return self._arena.array(shape, dtype, maker)
        return cache_aligned(shape, dtype)  # in a third of the time

    def put(self, array: np.ndarray, maker: str = "tensor") -> np.ndarray:
        """A copy of a NumPy array."""
        copy = self.empty(array.shape, array.dtype, maker)
        copy[...] = array
        return copy

    def get(self, array: np.ndarray) -> np.ndarray:
        """The array itself: it is NumPy's already."""
        return array

    def run(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        """The result of an op, computed by its NumPy rule.

        Raises
        ------
        OutOfMemoryError
            If the pool has no room for the result, or the system no memory for the
            arrays that NumPy makes.
        """
        try:
            if self._reasons:
                return self._accounted(op, arrays, attrs)
            if op.writes_out:
                least = self.pooled_bytes
                # The last operand too: the first may be a number beside a tensor.
                if arrays[0].nbytes >= least or arrays[-1].nbytes >= least:
                    return self._written(op, arrays, attrs)
            # 0.1 us less than unpacking nothing.
            return op.compute(*arrays, **attrs) if attrs else op.compute(*arrays)
        except OutOfMemoryError:
            raise
        except MemoryError as error:
            problem = f"the system refuses memory for {op.name}: {error}"
            raise self.pool.refusal(problem) from None

    def label(self, array: np.ndarray) -> Label | None:
        """What an array of the arena was allocated for; NumPy's memory has no label."""
        return self._arena.label(array)

    @contextlib.contextmanager
    def trace(self) -> Iterator[list[Event]]:
        """A list of all that is allocated and freed meanwhile, by ops of every kind.

        Those of other threads are among them; see `Pool.tracing`.
        """
        with self.pool.tracing() as events:
            self._reasons.append("trace")
            try:
                yield events
            finally:
                self._reasons.remove("trace")

    def __repr__(self) -> str:
        return f"device({self.name!r})"

    def _written(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        """The result of an op that can write into a block."""
        if op.kind == "elementwise" and any(x.flags.fnc for x in arrays):
            # NumPy gives the result the layout of its operands. Writing rows from
            # columns takes 9 to 20 times as long on matrices of 1 MiB and more.
            return op.compute(*arrays, **attrs)
        shape, dtype = op.shape(*arrays, **attrs), op.dtype(*arrays, **attrs)
        if not self._pools(shape, dtype):
            return op.compute(*arrays, **attrs)  # large operands have a small product
        return op.compute(*arrays, out=self.empty(shape, dtype, op.name), **attrs)

    def _pools(self, shape: Shape, dtype: Dtype) -> bool:
        """Whether an array is the pool's business."""
        if self._reasons:
            return True
        return dtype.itemsize * math.prod(shape) >= self.pooled_bytes

    def _accounted(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        """The result of any op, in the pool."""
        if op.runs_graphs:
            attrs = {**attrs, "device": self}
        way = self._written if op.writes_out else _computed
        result = way(op, arrays, attrs)
        if result.__class__ is tuple:
            return tuple(self._owned(part, arrays, op.name) for part in result)
        return self._owned(np.asarray(result), arrays, op.name)

    def _owned(self, result: np.ndarray, arrays: list[Any], maker: str) -> np.ndarray:
        """A result, copied into the pool if NumPy has allocated memory for it."""
        # By address: a view of the pool, or of an operand, has no bytes of its own.
        if result.nbytes == 0 or any(
            np.may_share_memory(result, x) for x in (self._arena.bytes, *arrays)
        ):
            return result
        return self.put(result, maker)


def _computed(op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
    return op.compute(*arrays, **attrs)


HOST = CPU()
_devices: dict[str, Device] = {HOST.name: HOST}


def register_device(device: Device) -> None:
    """Let a device be asked for by its name.

    The CPU that is always there stays as it is. What shall have a budget gets another
    name: `CPU(name="small", capacity_bytes=...)`.

    Raises
    ------
    DeviceError
        If another device has the name: its tensors would lie where nobody finds them.
    """
    found = _devices.setdefault(device.name, device)
    if found is not device:
        machine = "the machine's own memory and stays"
        raise DeviceError(
            f"register_device: {device.name!r} is "
            f"{machine if found is HOST else 'registered already'}; "
            f"give the device another name"
        )


def device(name: str) -> Device:
    """The device of that name.

    Raises
    ------
    DeviceError
        If there is none; the message lists those there are.
    """
    if name not in _devices:
        raise DeviceError(f"device {name!r} is not there; there are {sorted(_devices)}")
    return _devices[name]


def as_device(place: str | Device | None) -> Device:
    """The device that a name or a device stands for; `None` is the CPU.

    Raises
    ------
    DeviceError
        If there is none of that name, or what came is no device.
    """
    if place is None:
        return HOST
    if isinstance(place, str):
        return device(place)
    if not isinstance(place, Device):
        raise DeviceError(f"device: a device or its name is needed, {place!r} came")
    return place


def devices() -> list[Device]:
    """All devices that are there, the CPU first."""
    return list(_devices.values())
