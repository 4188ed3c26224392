"""The pool: which bytes of one arena belong to whom.

A `Pool` hands out blocks of an arena and takes them back. It decides about offsets
only, so the same code serves the memory of a CPU, the memory of a GPU and a test that
has no memory at all. Sizes are rounded up to classes, a freed block waits in the free
list of its size, a larger one is split when nothing fits exactly, and neighbours that
are both free become one again.

Every block carries a label: which op made the array in it, of which dtype and shape. So
a pool can say who holds its bytes, when it is full and after the fact, in its trace.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from .errors import FreedError, OutOfMemoryError

ALIGNMENT_BYTES = 64  # a cache line, and the widest vector register of a CPU
POISON_BYTE = 0xFF  # makes every floating type read as NaN
LISTED_HOLDERS = 5  # in the message of an OutOfMemoryError


class Label(NamedTuple):
    """What a block was allocated for: an array, and the function that made it."""

    maker: str
    dtype: Any
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.maker} {self.dtype}{list(self.shape)}"


@dataclass(slots=True, eq=False)
class Block:
    """A piece of the arena, linked to its neighbours in order of offset."""

    offset: int
    nbytes: int
    requested_bytes: int = 0
    is_free: bool = True
    label: Label | None = None
    before: Block | None = None
    after: Block | None = None


class Event(NamedTuple):
    """One line of a pool's trace; sizes in bytes."""

    action: Literal["allocate", "free"]
    offset: int
    nbytes: int
    """The size of the block, its size class included."""
    live_bytes: int
    """Held by all blocks once this has happened."""
    label: Label | None = None


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
    name : str
        Opens the message when there is no room.

    Attributes
    ----------
    trace : list of Event, or None
        What happened since somebody put a list there.
    """

    def __init__(
        self,
        *,
        capacity_bytes: int,
        memory: memoryview | None = None,
        poison: bool = False,
        name: str = "Pool.allocate",
    ) -> None:
        if poison and memory is None:
            raise ValueError("Pool: poison=True needs `memory` to write to; none came")
        self.name, self.capacity_bytes = name, capacity_bytes
        self.trace: list[Event] | None = None
        self._poisoned = memory if poison else None
        self._free: dict[int, dict[int, Block]] = {}
        self._last: Block | None = None
        self._released: deque[Block] = deque()
        self._lock = threading.Lock()
        self._requested = self._allocated = self._peak = self._reserved = 0
        self._allocations = self._reuses = 0

    def allocate(self, nbytes: int, label: Label | None = None) -> Block:
        """A block of at least `nbytes` bytes.

        Raises
        ------
        ValueError
            If the size is negative.
        OutOfMemoryError
            If no free block and no unused end of the arena is large enough; lists the
            largest holders.
        """
        if nbytes < 0:
            raise ValueError(f"Pool.allocate: a size is needed, {nbytes} came")
        self.collect()
        size = size_class(nbytes)
        with self._lock:
            block = self._reused(size) or self._extended(size)
            if block is None:
                raise OutOfMemoryError(self._refusal(nbytes, label))
            block.is_free, block.requested_bytes, block.label = False, nbytes, label
            self._allocations += 1
            self._requested += nbytes
            self._allocated += block.nbytes
            if self._allocated > self._peak:
                self._peak = self._allocated
            if self.trace is not None:
                self.trace.append(self._event("allocate", block))
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
            if self._poisoned is not None:
                end = block.offset + block.nbytes
                self._poisoned[block.offset : end] = bytes([POISON_BYTE]) * block.nbytes
            self._requested -= block.requested_bytes
            self._allocated -= block.nbytes
            if self.trace is not None:
                self.trace.append(self._event("free", block))
            block.is_free = True
            self._keep(self._merged(block))

    def release(self, block: Block) -> None:
        """Take a block back before the next allocation.

        Unlike `free` this may be called at any moment, even from within the pool: it
        is what the garbage collector does when it ends the last reader of a block.
        """
        self._released.append(block)

    def collect(self) -> None:
        """Free the blocks that were released."""
        while self._released:
            try:
                block = self._released.popleft()
            except IndexError:
                return  # another thread was faster
            self.free(block)

    def holders(self) -> list[Block]:
        """The blocks that are in use, the largest first."""
        self.collect()
        with self._lock:
            return self._held()

    def statistics(self) -> Statistics:
        """What has happened so far."""
        self.collect()
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

    def _event(self, action: Literal["allocate", "free"], block: Block) -> Event:
        return Event(action, block.offset, block.nbytes, self._allocated, block.label)

    def _held(self) -> list[Block]:
        blocks, block = [], self._last
        while block is not None:
            if not block.is_free:
                blocks.append(block)
            block = block.before
        return sorted(blocks, key=lambda b: (-b.requested_bytes, b.offset))

    def _refusal(self, nbytes: int, label: Label | None) -> str:
        held, last = self._held(), self._last
        unused = self.capacity_bytes - self._reserved
        if last is not None and last.is_free:
            unused += last.nbytes
        purpose = f" for {label}" if label else ""
        lines = [
            f"{self.name}: {nbytes} bytes are needed{purpose}; "
            f"of {self.capacity_bytes} bytes {self._allocated} are in use, and at most "
            f"{max([unused, *self._free])} are free in one piece"
        ]
        if held:
            lines.append("the largest holders are")
        for block in held[:LISTED_HOLDERS]:
            lines.append(f"{block.requested_bytes:>14} bytes  {block.label or ''}")
        if len(held) > LISTED_HOLDERS:
            rest = [block.requested_bytes for block in held[LISTED_HOLDERS:]]
            lines.append(f"{sum(rest):>14} bytes  in {len(rest)} smaller blocks")
        return "\n".join(lines)

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

    def _extended(self, size: int) -> Block | None:
        last = self._last
        start = last.offset if last is not None and last.is_free else self._reserved
        if start + size > self.capacity_bytes:
            return None
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
