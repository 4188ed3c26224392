"""The arena: one piece of address space, and the arrays that lie in it.

The operating system backs a page of the arena when it is first written, so the whole
arena can be as large as the machine's memory at no cost. A pool decides which bytes an
array gets; the array gives them back by itself the moment its last reader is gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import mmap
import os
import sys
import weakref

import numpy as np

from .blocks import ALIGNMENT_BYTES, Block, Label
from .dtype import Dtype
from .memory import Pool
from .shape import Shape

LEAST_BYTES = 1 << 24  # with less than this nothing can be done


class _Lease(weakref.ref):
    """Notices the end of a piece of memory and remembers which block it was."""

    __slots__ = ("block",)
    block: Block


class Arena:
    """Memory that a pool distributes.

    Parameters
    ----------
    name : str
        Opens the message when there is no room.
    capacity_bytes : int, optional
        By default the machine's memory. Less where the system grants less.
    poison, traced : bool
        See `Pool`.

    Attributes
    ----------
    bytes : np.ndarray
        All of it.
    """

    def __init__(
        self, *, name: str, capacity_bytes: int | None, poison: bool, traced: bool
    ) -> None:
        self._memory = _address_space(capacity_bytes or _physical_bytes())
        self.bytes = np.frombuffer(self._memory, np.uint8)
        self.pool = Pool(
            capacity_bytes=self._memory.nbytes,
            memory=self._memory,
            poison=poison,
            traced=traced,
            name=name,
        )
        # By identity: what a lease refers to, an array, has no hash.
        self._leases: dict[int, _Lease] = {}

    def array(self, shape: Shape, dtype: Dtype, maker: str) -> np.ndarray:
        """An array in a block of its own, whose elements are not set yet.

        Raises
        ------
        OutOfMemoryError
            If the pool has no room.
        """
        nbytes = dtype.itemsize * math.prod(shape)
        block = self.pool.allocate(nbytes, Label(maker, dtype, shape))
        memory = np.ndarray(block.nbytes, np.uint8, self._memory, block.offset)
        # Every view of the result has `memory` as its base and keeps it alive; NumPy
        # looks through a memoryview, so only an array can be the one that is watched.
        lease = _Lease(memory, self._end)
        lease.block = block
        self._leases[id(lease)] = lease
        return np.ndarray(shape, dtype, memory)

    def label(self, array: np.ndarray) -> Label | None:
        """What the block behind an array was allocated for; NumPy's memory has none."""
        while isinstance(array.base, np.ndarray):
            array = array.base
        leases = (r for r in weakref.getweakrefs(array) if isinstance(r, _Lease))
        return next((lease.block.label for lease in leases), None)

    def _end(self, lease: _Lease) -> None:
        # A reader can vanish at any moment, even inside the pool (the garbage collector
        # decides), so its block is not freed here.
        del self._leases[id(lease)]
        self.pool.release(lease.block)


def cache_aligned(shape: Shape, dtype: Dtype) -> np.ndarray:
    """An array of NumPy's memory that begins on a cache line, as others expect it."""
    raw = np.empty(dtype.itemsize * math.prod(shape) + ALIGNMENT_BYTES, np.uint8)
    return np.ndarray(shape, dtype, raw, -address(raw) % ALIGNMENT_BYTES)


# An array of NumPy begins, after what every object has, with the address of its data.
_HEAD_BYTES = object.__basicsize__
_word_at = ctypes.c_size_t.from_address


def address(array: np.ndarray) -> int:
    """Where the first element of an array lies."""
    return _word_at(id(array) + _HEAD_BYTES).value  # a tenth of `__array_interface__`


# Without this flag Linux counts the arena as memory in use, and a process that holds
# it cannot fork. Python has a name for it since 3.13 only.
_NORESERVE = 0x4000 if sys.platform == "linux" else 0
_PRIVATE: dict[str, int] = (
    {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE}
    if hasattr(mmap, "MAP_PRIVATE")
    else {}
)


def _physical_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _address_space(nbytes: int) -> memoryview:
    """Memory that the system backs when it is written, as much as it will promise."""
    while True:
        try:
            return memoryview(_in_huge_pages(mmap.mmap(-1, nbytes, **_PRIVATE)))
        except (OSError, OverflowError):
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
