"""Kernels that walk over the same rows together.

A kernel can compute any part of its parallel axis. Where one kernel's rows are made of
the same rows of another one, both can do some rows before either goes on: what the
first one wrote is then still in the cache when the second one reads it, and a thread
that does the same rows of both waits for nobody. So kernels form groups, and a group is
computed chunk by chunk: attention head by head, a layer's product, bias and activation
some rows at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..kernel import Buffer, Kernel, Ref

# What a chunk reads and writes should stay in the second-level cache, beside weights.
CHUNK_BYTES = 1 << 18

# Less work than this is not worth a meeting of threads. On two of them, on a busy
# machine, a step of an MLP takes 0.94 to 0.96 of the time with all groups cut, LeNet-5
# 0.93 to 0.96, an LSTM 0.97 to 1.03; with four times as much, the LSTM 1.06.
LITTLE_WORK = 1 << 13

# With fewer units, threads and caches gain nothing.
LEAST_UNITS = 4


@dataclass(frozen=True, eq=False)
class Group:
    """Kernels, and into how many units their parallel axes are cut.

    Attributes
    ----------
    units : int
        It divides the extent of every kernel.
    waits : bool
        Whether all that came before must be done before any of this begins.
    """

    kernels: tuple[Kernel, ...]
    units: int
    waits: bool = True

    def factor(self, kernel: Kernel) -> int:
        """How many elements of a kernel's parallel axis make one unit."""
        return kernel.extent // self.units

    @property
    def work(self) -> int:
        """Operations on numbers, or reads and writes of them, by estimate."""
        return sum(max(kernel.operations, _touched(kernel)) for kernel in self.kernels)

    @property
    def is_small(self) -> bool:
        """Whether one thread does all of it."""
        return self.work < LITTLE_WORK

    @property
    def chunk(self) -> int:
        """How many units to compute before the next kernel's turn."""
        if len(self.kernels) == 1:
            return max(self.units, 1)
        each = {
            (id(ref.buffer), ref.offset): (ref.step or 0) * self.factor(kernel)
            for kernel in self.kernels
            for ref in kernel.refs((*kernel.reads, *kernel.writes))
        }
        fitting = CHUNK_BYTES // max(sum(each.values()), 1)
        least = max(-(-kernel.grain // self.factor(kernel)) for kernel in self.kernels)
        return max(1, min(max(fitting, least), self.units))


def _touched(kernel: Kernel) -> int:
    """How many numbers of eight bytes a kernel reads and writes, at the most."""
    refs = kernel.refs(sorted({*kernel.reads, *kernel.writes}))
    each = (
        (abs(ref.turn) or ref.buffer.nbytes)
        if ref.step is None
        else ref.step * kernel.extent
        for ref in refs
    )
    return sum(each) // 8


def grouped(kernels: Sequence[Kernel]) -> list[Group]:
    """The kernels in their order, as groups."""
    groups: list[Group] = []
    for kernel in kernels:
        joint = _joint(groups[-1], kernel) if groups else None
        if joint is None:
            groups.append(Group((kernel,), max(kernel.extent, 1)))
        else:
            groups[-1] = joint
    return _waiting(groups)


def _joint(group: Group, kernel: Kernel) -> Group | None:
    """The group with one more kernel, if that can be computed unit by unit."""
    units = math.gcd(group.units, kernel.extent)
    if units < min(LEAST_UNITS, max(group.units, kernel.extent)):
        return None
    joint = Group((*group.kernels, kernel), units)
    pairs = [
        (other, ours, theirs)
        for other in group.kernels
        for ours, theirs in conflicts(other, kernel)
    ]
    # Kernels that have nothing to say to each other would only share the cache.
    if not pairs:
        return None
    for other, ours, theirs in pairs:
        factors = joint.factor(other), joint.factor(kernel)
        if not _same_units(ours, factors[0], theirs, factors[1]):
            return None
    return joint


def conflicts(first: Kernel, second: Kernel) -> Iterator[tuple[Ref, Ref]]:
    """Arguments of two kernels by which one depends on the other."""
    for ours in first.refs(first.writes):
        for theirs in second.refs((*second.reads, *second.writes)):
            if ours.buffer is theirs.buffer and not _are_apart(
                ours, first.extent, theirs, second.extent
            ):
                yield ours, theirs
    for ours in first.refs(first.reads):
        for theirs in second.refs(second.writes):
            if ours.buffer is theirs.buffer and not _are_apart(
                ours, first.extent, theirs, second.extent
            ):
                yield ours, theirs


def _are_apart(one: Ref, extent: int, other: Ref, others: int) -> bool:
    """Whether two arguments touch different bytes of a buffer for certain."""
    if one.step is None or other.step is None or one.turn != other.turn:
        return False
    return (
        one.offset + one.step * extent <= other.offset
        or other.offset + other.step * others <= one.offset
    )


def _same_units(one: Ref, factor: int, other: Ref, others: int) -> bool:
    """Whether two arguments touch the same bytes in every unit."""
    if one.step is None or other.step is None:
        return False
    return (
        one.offset == other.offset
        and one.turn == other.turn
        and one.step * factor == other.step * others
    )


def _waiting(groups: Sequence[Group]) -> list[Group]:
    """The groups, of which those wait that depend on one that nobody waited for.

    Small ones need not wait for each other: the same thread does them in order.
    """
    # By what they write, and by what they touch at all.
    writers: dict[Buffer, list[Kernel]] = {}
    users: dict[Buffer, list[Kernel]] = {}
    small: set[Kernel] = set()
    found = []
    for group in groups:
        waits = any(
            True
            for kernel in group.kernels
            for other in _related(kernel, writers, users)
            if not (group.is_small and other in small)
            for _ in conflicts(other, kernel)
        )
        if waits:
            writers, users = {}, {}
        if group.is_small:
            small.update(group.kernels)
        for kernel in group.kernels:
            for buffer in _buffers(kernel, kernel.writes):
                writers.setdefault(buffer, []).append(kernel)
            for buffer in _buffers(kernel, (*kernel.reads, *kernel.writes)):
                users.setdefault(buffer, []).append(kernel)
        found.append(replace(group, waits=waits))
    return found


def _related(
    kernel: Kernel,
    writers: Mapping[Buffer, list[Kernel]],
    users: Mapping[Buffer, list[Kernel]],
) -> Iterator[Kernel]:
    """Kernels that write what a kernel reads, or touch what it writes."""
    for buffer in _buffers(kernel, kernel.reads):
        yield from writers.get(buffer, ())
    for buffer in _buffers(kernel, kernel.writes):
        yield from users.get(buffer, ())


def _buffers(kernel: Kernel, positions: Sequence[int]) -> set[Buffer]:
    return {ref.buffer for ref in kernel.refs(positions)}
