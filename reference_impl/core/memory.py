"""The pool: which bytes of one arena belong to whom.

A `Pool` hands out blocks of an arena and takes them back, from any thread. Every block
carries a label: which op made the array in it, of which dtype and shape. So a pool can
say who holds its bytes, when it is full and after the fact, in its trace. Where a block
lies is decided in `blocks`.
"""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .blocks import Block, Blocks, Label, size_class
from .errors import FreedError, OutOfMemoryError, RangeError

POISON_BYTE = 0xFF  # makes every floating type read as NaN
LISTED_HOLDERS = 5  # in the message of an OutOfMemoryError


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
    traced : bool
        Record every event in `trace` from the beginning; see also `tracing`.
    name : str
        Opens the message when there is no room.

    Raises
    ------
    RangeError
        If it shall poison and has no memory to write to.

    Attributes
    ----------
    trace : list of Event, or None
        What has happened so far, if the pool is `traced`.
    """

    def __init__(
        self,
        *,
        capacity_bytes: int,
        memory: memoryview | None = None,
        poison: bool = False,
        traced: bool = False,
        name: str = "Pool.allocate",
    ) -> None:
        if poison and memory is None:
            raise RangeError("Pool: poison=True needs `memory` to write to; none came")
        self.name, self.capacity_bytes = name, capacity_bytes
        self.trace: list[Event] | None = [] if traced else None
        self._traces = [] if self.trace is None else [self.trace]
        self._poisoned = memory if poison else None
        self._blocks = Blocks(capacity_bytes)
        self._released: deque[Block] = deque()
        self._lock = threading.Lock()
        _pools.add(self)
        self._peak = self._allocations = 0

    def allocate(self, nbytes: int, label: Label | None = None) -> Block:
        """A block of at least `nbytes` bytes.

        Raises
        ------
        RangeError
            If the size is negative.
        OutOfMemoryError
            If no free block and no unused end of the arena is large enough; lists the
            largest holders.
        """
        if nbytes < 0:
            raise RangeError(f"Pool.allocate: a size is needed, {nbytes} came")
        self.collect()
        with self._lock:
            block = self._blocks.take(size_class(nbytes), nbytes, label)
            if block is None:
                raise self._refusal(self._lack(nbytes, label))
            self._allocations += 1
            used = self._blocks.used_bytes
            if used > self._peak:
                self._peak = used
            self._record("allocate", block, used)
        return block

    def free(self, block: Block) -> None:
        """Take a block back.

        Raises
        ------
        FreedError
            If the block is free already.
        """
        with self._lock:
            if not self._blocks.is_used(block):
                raise FreedError(
                    f"Pool.free: the block at {block.offset} is free already"
                )
            if self._poisoned is not None:
                end = block.offset + block.nbytes
                self._poisoned[block.offset : end] = bytes([POISON_BYTE]) * block.nbytes
            self._record("free", block, self._blocks.used_bytes - block.nbytes)
            self._blocks.give_back(block)

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
            try:
                self.free(block)
            except BaseException:  # an interrupt
                if self._blocks.is_used(block):
                    self._released.appendleft(block)
                raise

    def holders(self) -> list[Block]:
        """The blocks that are in use, the largest first."""
        self.collect()
        with self._lock:
            return self._held()

    def statistics(self) -> Statistics:
        """What has happened so far."""
        self.collect()
        with self._lock:
            free_sizes = self._blocks.free_sizes()
            total, largest = sum(free_sizes), max(free_sizes, default=0)
            return Statistics(
                requested_bytes=self._blocks.requested_bytes,
                allocated_bytes=self._blocks.used_bytes,
                peak_bytes=self._peak,
                reserved_bytes=self._blocks.reserved_bytes,
                allocations=self._allocations,
                reuses=self._blocks.reuses,
                fragmentation=1 - largest / total if total else 0.0,
            )

    @contextlib.contextmanager
    def tracing(self) -> Iterator[list[Event]]:
        """A list of all that is allocated and freed meanwhile, by any thread.

        Threads share the arena: one may free what another has allocated, and
        `live_bytes` counts for all. So the events of one thread would not add up.
        """
        events: list[Event] = []
        self.collect()
        with self._lock:
            self._traces.append(events)
        try:
            yield events
            self.collect()
        finally:
            with self._lock:
                self._traces = [x for x in self._traces if x is not events]

    def refusal(self, problem: str) -> OutOfMemoryError:
        """The error that somebody has no memory, with a list of the largest holders."""
        self.collect()
        with self._lock:
            return self._refusal(problem)

    def _record(
        self, action: Literal["allocate", "free"], block: Block, live_bytes: int
    ) -> None:
        if self._traces:
            event = Event(action, block.offset, block.nbytes, live_bytes, block.label)
            for trace in self._traces:
                trace.append(event)

    def _held(self) -> list[Block]:
        return sorted(self._blocks.used(), key=lambda b: (-b.requested_bytes, b.offset))

    def _lack(self, nbytes: int, label: Label | None) -> str:
        purpose = f" for {label}" if label else ""
        return (
            f"{nbytes} bytes are needed{purpose}; of {self.capacity_bytes} bytes "
            f"{self._blocks.used_bytes} are in use, and at most "
            f"{self._blocks.largest_bytes()} are free in one piece"
        )

    def _refusal(self, problem: str) -> OutOfMemoryError:
        held, lines = self._held(), [f"{self.name}: {problem}"]
        if held:
            lines.append("the largest holders are")
        for block in held[:LISTED_HOLDERS]:
            lines.append(f"{block.requested_bytes:>14} bytes  {block.label or ''}")
        if len(held) > LISTED_HOLDERS:
            rest = [block.requested_bytes for block in held[LISTED_HOLDERS:]]
            lines.append(f"{sum(rest):>14} bytes  in {len(rest)} smaller blocks")
        return OutOfMemoryError("\n".join(lines))


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def _renew_locks() -> None:
    """Open the pools in a forked process, where no other thread uses one."""
    for pool in _pools:
        pool._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
