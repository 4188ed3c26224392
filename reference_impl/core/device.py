"""Devices: who owns memory and copies values into it.

A device allocates arrays from its own pool. An array gives its block back by itself
the moment its last reader is gone. What is made from data (`tensor`, `full`) lives
there; what an op computes is allocated by NumPy, until a planner gives a whole graph
one arena. The CPU is always there; another package registers its device by name, so
that nothing here has to know it.
"""

from __future__ import annotations

import math
import mmap
import os
import sys
import weakref
from collections import deque
from typing import Any, Protocol

import numpy as np

from .dtype import Dtype
from .errors import DeviceError, ShapeError
from .memory import Block, Pool
from .shape import Shape

LEAST_BYTES = 1 << 24  # with less than this nothing can be done


class Device(Protocol):
    """What the framework asks of a place that holds tensors and applies ops."""

    name: str
    pool: Pool

    def empty(self, shape: Shape, dtype: Dtype) -> Any:
        """An array of the device whose elements are not set yet."""

    def put(self, array: np.ndarray) -> Any:
        """A copy of a NumPy array on the device."""

    def get(self, array: Any) -> np.ndarray:
        """The elements of an array of the device as a NumPy array."""

    def run(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        """The result of an op, given arrays of the device."""


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
    capacity_bytes : int
        Less where the system grants less.
    poison : bool
        Overwrite freed blocks (see `Pool`).
    """

    name = "cpu"

    def __init__(self, *, capacity_bytes: int, poison: bool = False) -> None:
        self._memory = _address_space(capacity_bytes)
        self.pool = Pool(
            capacity_bytes=self._memory.nbytes, memory=self._memory, poison=poison
        )
        # By identity: what a lease refers to, an array, has no hash.
        self._leases: dict[int, _Lease] = {}
        self._ended: deque[_Lease] = deque()

    def empty(self, shape: Shape, dtype: Dtype) -> np.ndarray:
        """An array in this device's pool whose elements are not set yet.

        Raises
        ------
        ShapeError
            If a size is negative.
        OutOfMemoryError
            If the pool has no room.
        """
        if min(shape, default=0) < 0:
            raise ShapeError(f"empty: sizes must not be negative, {shape} came")
        self.collect()
        nbytes = dtype.itemsize * math.prod(shape)
        block = self.pool.allocate(nbytes)
        memory = np.ndarray(block.nbytes, np.uint8, self._memory, block.offset)
        # Every view of the result has `memory` as its base and keeps it alive; NumPy
        # looks through a memoryview, so only an array can be the one that is watched.
        lease = _Lease(memory, self._ended.append)
        lease.block = block
        self._leases[id(lease)] = lease
        return np.ndarray(shape, dtype, memory)

    def put(self, array: np.ndarray) -> np.ndarray:
        """A copy of a NumPy array in this device's pool."""
        copy = self.empty(array.shape, array.dtype)
        copy[...] = array
        return copy

    def get(self, array: np.ndarray) -> np.ndarray:
        """The array itself: it is NumPy's already."""
        return array

    def run(self, op: Any, arrays: list[np.ndarray], attrs: dict[str, Any]) -> Any:
        """The result of an op, computed by its NumPy rule."""
        return op.compute(*arrays, **attrs)

    def __repr__(self) -> str:
        return f"device({self.name!r})"

    def collect(self) -> None:
        """Return to the pool the blocks whose last reader is gone.

        A reader can vanish at any moment, even inside the pool (the garbage collector
        decides), so its block waits in a queue until the device is next used.
        """
        for _ in range(len(self._ended)):
            try:
                lease = self._ended.popleft()
            except IndexError:
                return  # another thread was faster
            del self._leases[id(lease)]
            self.pool.free(lease.block)


def _physical_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _address_space(nbytes: int) -> memoryview:
    """Memory that the system backs when it is written, as much as it will promise."""
    while True:
        try:
            return memoryview(mmap.mmap(-1, nbytes, **_PRIVATE))
        except OSError:
            if nbytes <= LEAST_BYTES:
                raise
            nbytes = nbytes // 2 // mmap.PAGESIZE * mmap.PAGESIZE


# Without this flag Linux counts the arena as memory in use, and a process that holds
# it cannot fork. Python has a name for it since 3.13 only.
_NORESERVE = 0x4000 if sys.platform == "linux" else 0
_PRIVATE: dict[str, int] = (
    {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE}
    if hasattr(mmap, "MAP_PRIVATE")
    else {}
)

_devices: dict[str, Device] = {}


def register(device: Device) -> None:
    """Make a device available under its name."""
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


HOST = CPU(capacity_bytes=_physical_bytes())
register(HOST)
