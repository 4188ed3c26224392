"""Blocks: one arena divided into pieces, some of them free.

It decides about offsets only, so the same code serves the memory of a CPU, the memory
of a GPU and a test that has no memory at all. A freed block waits in the free list of
its size, a larger one is split when nothing fits exactly, and neighbours that are both
free become one again. Who holds which block is for the pool to know (`memory`).

An interrupt (Ctrl-C) may end a change half-way, between any two instructions of Python.
So one table says which blocks are in use, and it changes in one instruction; all else
follows from it, and is made anew when the change before this one was not finished.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

ALIGNMENT_BYTES = 64  # a cache line, and the widest vector register of a CPU


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


def size_class(nbytes: int) -> int:
    """The size in bytes in which a request is served.

    Whole cache lines up to 1 KiB, then eight classes for each power of two: at most
    one eighth is wasted, and requests of nearly one size can serve each other.
    """
    step = max(ALIGNMENT_BYTES, 1 << max(nbytes - 1, 0).bit_length() >> 4)
    return max(-(-nbytes // step) * step, ALIGNMENT_BYTES)


class Blocks:
    """The blocks of an arena in a row, and the free ones by size.

    Attributes
    ----------
    reserved_bytes : int
        How far the arena has ever been used.
    reuses : int
        Blocks that were taken from a free list.
    requested_bytes, used_bytes : int
        Asked for by those who hold blocks, and held by them, size classes included.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self.capacity_bytes = capacity_bytes
        self.reserved_bytes = self.reuses = 0
        self.requested_bytes = self.used_bytes = 0
        self._used: dict[int, Block] = {}
        self._free: dict[int, dict[int, Block]] = {}
        self._last: Block | None = None
        self._is_changing = False

    def take(
        self, size: int, requested_bytes: int = 0, label: Label | None = None
    ) -> Block | None:
        """A block of a size class, or nothing if there is no room in one piece."""
        self._begin()
        block = self._reused(size) or self._extended(size)
        if block is not None:
            block.is_free = False
            block.requested_bytes, block.label = requested_bytes, label
            self.requested_bytes += requested_bytes
            self.used_bytes += block.nbytes
            self._used[block.offset] = block
        self._is_changing = False
        return block

    def give_back(self, block: Block) -> None:
        """Make a block free, together with the neighbours that are free."""
        self._begin()
        del self._used[block.offset]
        block.is_free = True
        self.requested_bytes -= block.requested_bytes
        self.used_bytes -= block.nbytes
        self._keep(self._merged(block))
        self._is_changing = False

    def is_used(self, block: Block) -> bool:
        """Whether a block has been taken, and not been given back."""
        return self._used.get(block.offset) is block

    def used(self) -> list[Block]:
        """The blocks that are not free."""
        return list(self._used.values())

    def free_sizes(self) -> list[int]:
        """The sizes in bytes of the free blocks."""
        self._begin()
        sizes = [size for size, blocks in self._free.items() for _ in blocks]
        self._is_changing = False
        return sizes

    def largest_bytes(self) -> int:
        """What is free in one piece, at most."""
        sizes = self.free_sizes()
        return max([self.capacity_bytes - self._unused_start(), *sizes])

    def _begin(self) -> None:
        """Begin a change; if the one before was not finished, tidy up after it."""
        if self._is_changing:
            self._rebuild()
        self._is_changing = True

    def _rebuild(self) -> None:
        """Everything that follows from which blocks are in use."""
        self._free.clear()
        self._last, end = None, 0
        for block in sorted(self._used.values(), key=lambda each: each.offset):
            self._append_free(end, block.offset)
            block.is_free, block.before, block.after = False, self._last, None
            self._link(block)
            end = block.offset + block.nbytes
        self.reserved_bytes = max(self.reserved_bytes, end)
        self._append_free(end, self.reserved_bytes)
        self.requested_bytes = sum(x.requested_bytes for x in self._used.values())
        self.used_bytes = sum(x.nbytes for x in self._used.values())

    def _append_free(self, start: int, end: int) -> None:
        """A free block behind the last one, if there is anything between."""
        if start < end:
            block = Block(start, end - start, before=self._last)
            self._link(block)
            self._keep(block)

    def _unused_start(self) -> int:
        """The offset behind the last block in use."""
        last = self._last
        return last.offset if last is not None and last.is_free else self.reserved_bytes

    def _reused(self, size: int) -> Block | None:
        fitting = size if size in self._free else self._next_larger(size)
        if fitting is None:
            return None
        block = self._renewed(
            self._forget(next(reversed(self._free[fitting].values())))
        )
        self.reuses += 1
        if block.nbytes > size:
            self._split(block, size)
        return block

    def _next_larger(self, size: int) -> int | None:
        return min((free for free in self._free if free > size), default=None)

    def _renewed(self, block: Block) -> Block:
        """A new handle for a free block; whoever holds the old one cannot free it."""
        fresh = Block(
            block.offset, block.nbytes, before=block.before, after=block.after
        )
        self._link(fresh)
        return fresh

    def _split(self, block: Block, size: int) -> None:
        rest = Block(
            block.offset + size, block.nbytes - size, before=block, after=block.after
        )
        block.nbytes = size
        self._link(rest)
        self._keep(rest)

    def _extended(self, size: int) -> Block | None:
        """A block at the end of those that are there."""
        start, last = self._unused_start(), self._last
        if start + size > self.capacity_bytes:
            return None
        if last is not None and last.is_free:
            block = self._renewed(self._forget(last))
            block.nbytes = size
        else:
            block = Block(start, size, before=last)
            self._link(block)
        self.reserved_bytes = start + size
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

    def _link(self, block: Block) -> None:
        """Tell the neighbours of a block that it stands between them."""
        if block.before is not None:
            block.before.after = block
        if block.after is None:
            self._last = block
        else:
            block.after.before = block

    def _keep(self, block: Block) -> None:
        self._free.setdefault(block.nbytes, {})[block.offset] = block

    def _forget(self, block: Block) -> Block:
        blocks = self._free[block.nbytes]
        del blocks[block.offset]
        if not blocks:
            del self._free[block.nbytes]
        return block
