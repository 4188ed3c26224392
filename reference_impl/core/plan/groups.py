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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..kernel import Buffer, Kernel, Ref

# What a chunk reads and writes should stay in the second-level cache, beside weights.
CHUNK_BYTES = 1 << 18

# Less work than this is not worth a meeting of threads. On two of them, on a busy
# machine, a step of an MLP takes 0.94 to 0.96 of the time with all groups cut, LeNet-5
# 0.93 to 0.96, an LSTM 0.97 to 1.03; with four times as much, the LSTM 1.06.
SERIAL_GROUP_WORK = 1 << 13

# A number that is read or written counts as an operation.
NUMBER_BYTES = 8

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
        return sum(
            max(kernel.operations, kernel.nbytes // NUMBER_BYTES)
            for kernel in self.kernels
        )

    @property
    def is_serial(self) -> bool:
        """Whether one thread does all of it."""
        return self.work < SERIAL_GROUP_WORK

    @property
    def chunk(self) -> int:
        """How many units to compute before the next kernel takes over."""
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


class Uses:
    """Which kernels so far read and write each buffer, and by which arguments."""

    def __init__(self) -> None:
        self._written: dict[Buffer, list[tuple[Kernel, Ref]]] = {}
        self._touched: dict[Buffer, list[tuple[Kernel, Ref]]] = {}

    def add(self, kernel: Kernel) -> None:
        """One more kernel."""
        for ref in kernel.refs(kernel.writes):
            self._written.setdefault(ref.buffer, []).append((kernel, ref))
        for ref in kernel.refs(sorted({*kernel.reads, *kernel.writes})):
            self._touched.setdefault(ref.buffer, []).append((kernel, ref))

    def conflicts(self, kernel: Kernel) -> Iterator[tuple[Kernel, Ref, Ref]]:
        """On which of them a kernel depends, by which of its arguments and of ours."""
        reads = ((ref, self._written) for ref in kernel.refs(kernel.reads))
        writes = ((ref, self._touched) for ref in kernel.refs(kernel.writes))
        for ours, uses in (*reads, *writes):
            for other, theirs in uses.get(ours.buffer, ()):
                if not _are_apart(theirs, other.extent, ours, kernel.extent):
                    yield other, theirs, ours


def _are_apart(one: Ref, extent: int, other: Ref, others: int) -> bool:
    """Whether two arguments touch different bytes of a buffer for certain."""
    if one.step is None or other.step is None or one.stride != other.stride:
        return False
    return (
        one.offset + one.step * extent <= other.offset
        or other.offset + other.step * others <= one.offset
    )


def grouped(kernels: Sequence[Kernel]) -> list[Group]:
    """The kernels in their order, as groups."""
    groups: list[Group] = []
    uses = Uses()
    for kernel in kernels:
        joint = _joint(groups[-1], uses, kernel) if groups else None
        if joint is None:
            groups.append(Group((kernel,), max(kernel.extent, 1)))
            uses = Uses()
        else:
            groups[-1] = joint
        uses.add(kernel)
    return _waiting(groups)


def _joint(group: Group, uses: Uses, kernel: Kernel) -> Group | None:
    """The group with one more kernel, if that can be computed unit by unit."""
    units = math.gcd(group.units, kernel.extent)
    if units < min(LEAST_UNITS, max(group.units, kernel.extent)):
        return None
    joint = Group((*group.kernels, kernel), units)
    is_alike = [
        _same_units(theirs, joint.factor(other), ours, joint.factor(kernel))
        for other, theirs, ours in uses.conflicts(kernel)
    ]
    # Kernels that have nothing to say to each other would only share the cache.
    return joint if is_alike and all(is_alike) else None


def _same_units(one: Ref, factor: int, other: Ref, others: int) -> bool:
    """Whether two arguments touch the same bytes in every unit."""
    if one.step is None or other.step is None:
        return False
    return (
        one.offset == other.offset
        and one.stride == other.stride
        and one.step * factor == other.step * others
    )


def _waiting(groups: Sequence[Group]) -> list[Group]:
    """The groups, of which those wait that depend on one that nobody waited for.

    Serial ones need not wait for each other: the same thread does them in order.
    """
    uses = Uses()
    serial: set[Kernel] = set()
    found = []
    for group in groups:
        is_serial = group.is_serial
        waits = any(
            not (is_serial and other in serial)
            for kernel in group.kernels
            for other, _, _ in uses.conflicts(kernel)
        )
        if waits:
            uses = Uses()
        for kernel in group.kernels:
            uses.add(kernel)
        if is_serial:
            serial.update(group.kernels)
        found.append(replace(group, waits=waits))
    return found
