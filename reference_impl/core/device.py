"""Devices: who owns memory and copies values into it.

A device allocates arrays from its own pool. An array gives its block back by itself
the moment its last reader is gone. Large arrays live there, whether made from data or
by an op that can write into a block; for small ones NumPy's own allocator is faster. A
device that has a budget, a trace or poison accounts for every byte: arrays of all sizes
and results of all ops live in its pool.

The CPU is always there; another package registers its device by name, so that nothing
here has to know it.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import sys
import weakref
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from .dtype import Dtype
from .errors import DeviceError, RangeError, ShapeError
from .memory import ALIGNMENT_BYTES, Block, Event, Label, Pool
from .shape import Shape

LEAST_BYTES = 1 << 24  # with less than this nothing can be done
# Above 128 KiB glibc asks the system for new pages at every allocation. A chain of
# products through the pool takes 2.4 times as long at 128 KiB, where NumPy's arrays
# cause no page faults, and 0.6, 0.5, 0.4 times as long at 192 KiB, 512 KiB and 1 MiB,
# where they do (benchmarks/pool.py).
POOLED_BYTES = 1 << 18


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


class _Lease(weakref.ref):
    """Notices the end of a piece of memory and remembers which block it was."""

    __slots__ = ("block",)
    block: Block


class CPU:
    """Main memory, as one arena of address space.

    The operating system backs a page of the arena when it is first written, so the
    whole arena can be as large as the machine's memory at no cost.

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
        self._memory = _address_space(capacity_bytes or _physical_bytes())
        self._arena = np.frombuffer(self._memory, np.uint8)
        self.pool = Pool(
            capacity_bytes=self._memory.nbytes,
            memory=self._memory,
            poison=poison,
            name=f"device {name}",
        )
        self.pool.trace = [] if traced else None
        self._accounts = traced or poison or capacity_bytes is not None
        # By identity: what a lease refers to, an array, has no hash.
        self._leases: dict[int, _Lease] = {}

    def empty(self, shape: Shape, dtype: Dtype, maker: str = "empty") -> np.ndarray:
        """An array of this device whose elements are not set yet.

        Raises
        ------
        ShapeError
            If a size is negative.
        OutOfMemoryError
            If the pool has no room.
        """
        if min(shape, default=0) < 0:
            raise ShapeError(f"empty: sizes must not be negative, {shape} came")
        if not self._pools(shape, dtype):
            return aligned(shape, dtype)  # 3 us instead of 8 us
        nbytes = dtype.itemsize * math.prod(shape)
        block = self.pool.allocate(nbytes, Label(maker, dtype, shape))
        memory = np.ndarray(block.nbytes, np.uint8, self._memory, block.offset)
        # Every view of the result has `memory` as its base and keeps it alive; NumPy
        # looks through a memoryview, so only an array can be the one that is watched.
        lease = _Lease(memory, self._end)
        lease.block = block
        self._leases[id(lease)] = lease
        return np.ndarray(shape, dtype, memory)

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
            If the result belongs into the pool, and the pool has no room.
        """
        if self._accounts:
            return self._accounted(op, arrays, attrs)
        if op.writes_out:
            least = self.pooled_bytes
            # The last operand too: the first may be a number beside a tensor.
            if arrays[0].nbytes >= least or arrays[-1].nbytes >= least:
                return self._written(op, arrays, attrs)
        return op.compute(*arrays, **attrs)

    def label(self, array: np.ndarray) -> Label | None:
        """What the block behind an array was allocated for; NumPy's memory has none."""
        while isinstance(array.base, np.ndarray):
            array = array.base
        leases = (r for r in weakref.getweakrefs(array) if isinstance(r, _Lease))
        return next((lease.block.label for lease in leases), None)

    @contextlib.contextmanager
    def trace(self) -> Iterator[list[Event]]:
        """A list of all that is allocated and freed meanwhile, by ops of every kind."""
        self.pool.collect()
        accounts, outer = self._accounts, self.pool.trace
        events: list[Event] = []
        self._accounts, self.pool.trace = True, events
        try:
            yield events
            self.pool.collect()
        finally:
            self._accounts, self.pool.trace = accounts, outer
            if outer is not None:
                outer.extend(events)

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
        return self._accounts or dtype.itemsize * math.prod(shape) >= self.pooled_bytes

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
            np.may_share_memory(result, x) for x in (self._arena, *arrays)
        ):
            return result
        return self.put(result, maker)

    def _end(self, lease: _Lease) -> None:
        # A reader can vanish at any moment, even inside the pool (the garbage collector
        # decides), so its block is not freed here.
        del self._leases[id(lease)]
        self.pool.release(lease.block)


def aligned(shape: Shape, dtype: Dtype) -> np.ndarray:
    """An array of NumPy's memory that begins on a cache line, as others expect it."""
    raw = np.empty(dtype.itemsize * math.prod(shape) + ALIGNMENT_BYTES, np.uint8)
    start = -raw.__array_interface__["data"][0] % ALIGNMENT_BYTES
    return np.ndarray(shape, dtype, raw, start)


def _computed(op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
    return op.compute(*arrays, **attrs)


def _physical_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _address_space(nbytes: int) -> memoryview:
    """Memory that the system backs when it is written, as much as it will promise."""
    while True:
        try:
            return memoryview(_in_huge_pages(mmap.mmap(-1, nbytes, **_PRIVATE)))
        except OSError:
            if nbytes <= LEAST_BYTES:
                raise
            nbytes = nbytes // 2 // mmap.PAGESIZE * mmap.PAGESIZE


def _in_huge_pages(space: mmap.mmap) -> mmap.mmap:
    """The same space; where there are huge pages, one page fault backs 2 MiB of it."""
    if hasattr(mmap, "MADV_HUGEPAGE"):
        # Ops on arrays of 4 MiB and more take 0.95 of the time. A kernel without huge
        # pages refuses, which does no harm.
        with contextlib.suppress(OSError):
            space.madvise(mmap.MADV_HUGEPAGE)
    return space


# Without this flag Linux counts the arena as memory in use, and a process that holds
# it cannot fork. Python has a name for it since 3.13 only.
_NORESERVE = 0x4000 if sys.platform == "linux" else 0
_PRIVATE: dict[str, int] = (
    {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE}
    if hasattr(mmap, "MAP_PRIVATE")
    else {}
)

_devices: dict[str, Device] = {}


def register_device(device: Device) -> None:
    """Make a device available under its name.

    Raises
    ------
    DeviceError
        If it has the name of the CPU that is always there.
    """
    if _devices.get(device.name) is HOST and device is not HOST:
        raise DeviceError(
            f"register_device: {device.name!r} is the machine's own memory and stays; "
            f"give the device another name"
        )
    _devices[device.name] = device


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


def devices() -> list[Device]:
    """All devices that are there, the CPU first."""
    return list(_devices.values())


HOST = CPU()
register_device(HOST)
