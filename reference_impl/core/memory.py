"""The pool: which bytes of one arena belong to whom.

A `Pool` hands out blocks of an arena and takes them back. It decides about offsets
only, so the same code serves the memory of a CPU, the memory of a GPU and a test that
has no memory at all. Sizes are rounded up to classes, a freed block waits in the free
list of its size, a larger one is split when nothing fits exactly, and neighbours that
are both free become one again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .errors import FreedError, OutOfMemoryError

ALIGNMENT_BYTES = 64  # a cache line, and the widest vector register of a CPU
POISON_BYTE = 0xFF  # makes every floating type read as NaN


@dataclass(slots=True, eq=False)
class Block:
    """A piece of the arena, linked to its neighbours in order of offset."""

    offset: int
    nbytes: int
    requested_bytes: int = 0
    is_free: bool = True
    before: Block | None = None
    after: Block | None = None


class Event(NamedTuple):
    """One line of a pool's trace."""

    action: Literal["allocate", "free"]
    offset: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a pool has done so far; sizes in bytes."""

    requested_bytes: int
    """Asked for by those who hold blocks now."""
    allocated_bytes: int
    """Held by them, size classes included."""
    peak_bytes: int
    """The largest `allocated_bytes` there has been."""
    reserved_bytes: int
    """How far the arena has ever been used."""
    allocations: int
    reuses: int
    """Allocations served from a free list."""
    fragmentation: float
    """In [0, 1]: the part of the free bytes that is not in the largest free block."""


def size_class(nbytes: int) -> int:
    """The size in bytes in which a request is served.

    Whole cache lines up to 1 KiB, then eight classes for each power of two: at most
    one eighth is wasted, and requests of nearly one size can serve each other.
    """
    step = max(ALIGNMENT_BYTES, 1 << max(nbytes - 1, 0).bit_length() >> 4)
    return max(-(-nbytes // step) * step, ALIGNMENT_BYTES)


class Pool:
    """Blocks of one arena.

    Parameters
    ----------
    capacity_bytes : int
        The size of the arena.
    memory : writable buffer, optional
        The arena itself; needed for `poison` only.
    poison : bool
        Overwrite what is freed, so that reading it afterwards shows.
    """

    def __init__(
        self,
        *,
        capacity_bytes: int,
        memory: memoryview | None = None,
        poison: bool = False,
    ) -> None:
        if poison and memory is None:
            raise ValueError("Pool: poison=True needs `memory` to write to; none came")
        self.capacity_bytes = capacity_bytes
        self.trace: list[Event] | None = None
        self._poisoned = memory if poison else None
        self._free: dict[int, dict[int, Block]] = {}
        self._last: Block | None = None
        self._lock = threading.Lock()
        self._requested = self._allocated = self._peak = self._reserved = 0
        self._allocations = self._reuses = 0

    def allocate(self, nbytes: int) -> Block:
        """A block of at least `nbytes` bytes.

        Raises
        ------
        ValueError
            If the size is negative.
        OutOfMemoryError
            If no free block and no unused end of the arena is large enough.
        """
        if nbytes < 0:
            raise ValueError(f"Pool.allocate: a size is needed, {nbytes} came")
        size = size_class(nbytes)
        with self._lock:
            block = self._reused(size) or self._extended(size, nbytes)
            block.is_free, block.requested_bytes = False, nbytes
            self._allocations += 1
            self._requested += nbytes
            self._allocated += block.nbytes
            self._peak = max(self._peak, self._allocated)
            self._record("allocate", block)
        return block

    def free(self, block: Block) -> None:
        """Take a block back.

        Raises
        ------
        FreedError
            If the block is free already.
        """
        with self._lock:
            if block.is_free:
                raise FreedError(
                    f"Pool.free: the block at {block.offset} is free already"
                )
            self._record("free", block)
            if self._poisoned is not None:
                end = block.offset + block.nbytes
                self._poisoned[block.offset : end] = bytes([POISON_BYTE]) * block.nbytes
            self._requested -= block.requested_bytes
            self._allocated -= block.nbytes
            block.is_free = True
            self._keep(self._merged(block))

    def statistics(self) -> Statistics:
        """What has happened so far."""
        with self._lock:
            free_sizes = [size for size, blocks in self._free.items() for _ in blocks]
            total, largest = sum(free_sizes), max(free_sizes, default=0)
            return Statistics(
                requested_bytes=self._requested,
                allocated_bytes=self._allocated,
                peak_bytes=self._peak,
                reserved_bytes=self._reserved,
                allocations=self._allocations,
                reuses=self._reuses,
                fragmentation=1 - largest / total if total else 0.0,
            )

    def _record(self, action: Literal["allocate", "free"], block: Block) -> None:
        if self.trace is not None:
            self.trace.append(Event(action, block.offset, block.nbytes))

    def _reused(self, size: int) -> Block | None:
        fitting = size if size in self._free else self._next_larger(size)
        if fitting is None:
            return None
        block = self._renewed(
            self._forget(next(reversed(self._free[fitting].values())))
        )
        self._reuses += 1
        if block.nbytes > size:
            self._split(block, size)
        return block

    def _renewed(self, block: Block) -> Block:
        """A new handle for a free block; whoever holds the old one cannot free it."""
        fresh = Block(
            block.offset, block.nbytes, before=block.before, after=block.after
        )
        self._link(fresh)
        return fresh

    def _link(self, block: Block) -> None:
        """Tell the neighbours of a block that it stands between them."""
        if block.before is not None:
            block.before.after = block
        if block.after is None:
            self._last = block
        else:
            block.after.before = block

    def _next_larger(self, size: int) -> int | None:
        return min((free for free in self._free if free > size), default=None)

    def _split(self, block: Block, size: int) -> None:
        rest = Block(
            block.offset + size, block.nbytes - size, before=block, after=block.after
        )
        block.nbytes = size
        self._link(rest)
        self._keep(rest)

    def _extended(self, size: int, nbytes: int) -> Block:
        last = self._last
        start = last.offset if last is not None and last.is_free else self._reserved
        if start + size > self.capacity_bytes:
            raise OutOfMemoryError(
                f"Pool.allocate: {nbytes} bytes are needed; of {self.capacity_bytes} "
                f"bytes {self._allocated} are in use and no free block is large enough"
            )
        if last is not None and last.is_free:
            block = self._renewed(self._forget(last))
            block.nbytes = size
        else:
            block = Block(start, size, before=last)
            self._link(block)
        self._reserved = start + size
        return block

    def _merged(self, block: Block) -> Block:
        if block.after is not None and block.after.is_free:
            self._absorb(block, self._forget(block.after))
        if block.before is not None and block.before.is_free:
            before = self._forget(block.before)
            self._absorb(before, block)
            return before
        return block

    def _absorb(self, block: Block, neighbour: Block) -> None:
        block.nbytes += neighbour.nbytes
        block.after = neighbour.after
        self._link(block)

    def _keep(self, block: Block) -> None:
        self._free.setdefault(block.nbytes, {})[block.offset] = block

    def _forget(self, block: Block) -> Block:
        blocks = self._free[block.nbytes]
        del blocks[block.offset]
        if not blocks:
            del self._free[block.nbytes]
        return block
