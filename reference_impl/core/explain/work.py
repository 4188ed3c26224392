"""What a plan runs, in order, and what each of it costs by estimate.

Operations are those of `cost`: an addition or a function of an element is one. Bytes
are those that can be reached: an array counts once for everything that runs together,
however often it is read there, as if the caches had room for it. So a group, whose
kernels hand intermediate values to each other, reads fewer bytes than its kernels do
one by one; that is what grouping is for.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..cost import node_operations
from ..kernel import Buffer, Kernel, Ref, Source
from ..lowering.step import Library
from ..lowering.view import View
from ..plan.groups import Group
from ..plan.plan import Plan
from ..plan.stages import Stage
from ..tensor import symbol_like


@dataclass(frozen=True)
class Work:
    """Operations on numbers, and bytes; both by estimate."""

    operations: int
    bytes_read: int
    bytes_written: int

    @property
    def nbytes(self) -> int:
        """Bytes that go to memory and back."""
        return self.bytes_read + self.bytes_written

    @property
    def intensity(self) -> float:
        """Operations for each byte: the arithmetic intensity."""
        return self.operations / self.nbytes if self.nbytes else 0.0

    def __mul__(self, count: int) -> Work:
        return Work(
            count * self.operations, count * self.bytes_read, count * self.bytes_written
        )


@dataclass(frozen=True)
class Launch:
    """One function that runs.

    Attributes
    ----------
    source : Source or None
        Its text; a step of a library has none.
    """

    name: str
    work: Work
    source: Source | None = None


@dataclass(frozen=True)
class Execution:
    """What runs together: a group of kernels, or a step of a library.

    Attributes
    ----------
    number : int
        Its place in the order of execution, from 1 on.
    launches : tuple of Launch
    work : Work
        Of one iteration. Bytes that one kernel hands to the next are not read.
    units, chunk : int
        Into how many parts the work can be cut, and how many are done at a time.
    waits : bool
        Whether threads wait until all that came before is done.
    is_serial : bool
        Whether one thread does all of it.
    iterations : int
        How often it runs.
    loop : int or None
        Which loop it is in; loops are numbered from 1 on.
    why : str
        It is no kernel, if a library computes it.
    """

    number: int
    launches: tuple[Launch, ...]
    work: Work
    units: int = 1
    chunk: int = 1
    waits: bool = True
    is_serial: bool = False
    iterations: int = 1
    loop: int | None = None
    why: str = ""

    @property
    def is_library(self) -> bool:
        """Whether a library computes it rather than generated code."""
        return any(launch.source is None for launch in self.launches)

    @property
    def total(self) -> Work:
        """The work of all iterations."""
        return self.work * self.iterations

    @property
    def name(self) -> str:
        """The names of what runs."""
        return " + ".join(launch.name for launch in self.launches)


def executions(plan: Plan) -> tuple[Execution, ...]:
    """What a plan runs, in order."""
    numbers, loops, found = itertools.count(1), itertools.count(1), []
    for stage in plan.stages:
        if isinstance(stage, Library):
            launch = Launch(stage.op.name, library_work(stage))
            step = Execution(next(numbers), (launch,), launch.work, why=stage.why)
            found.append(step)
            continue
        loop = next(loops) if stage.count > 1 else None
        for group in stage.groups:
            each = _execution(group, next(numbers))
            found.append(
                replace(
                    each,
                    waits=_waits(plan, stage, group),
                    is_serial=plan.is_serial or group.is_serial,
                    iterations=stage.count,
                    loop=loop,
                )
            )
    return tuple(found)


def _waits(plan: Plan, stage: Stage, group: Group) -> bool:
    """Whether threads wait for each other before a group begins.

    They do before every stage but the first, and before every iteration.
    """
    if plan.is_serial:
        return False
    if group is stage.groups[0] and stage is not plan.stages[0]:
        return True
    is_first_again = group is stage.groups[0] and stage.count > 1
    return not stage.is_serial and (group.waits or is_first_again)


def _execution(group: Group, number: int) -> Execution:
    launches = tuple(
        Launch(kernel.source.name, group_work((kernel,)), kernel.source)
        for kernel in group.kernels
    )
    return Execution(
        number,
        launches,
        group_work(group.kernels),
        units=group.units,
        chunk=group.chunk,
    )


def group_work(kernels: Sequence[Kernel]) -> Work:
    """What kernels that run together cost; what one of them has written is not read."""
    written: set[Buffer] = set()
    reads: list[tuple[Ref, int]] = []
    writes: list[tuple[Ref, int]] = []
    for kernel in kernels:
        for ref in kernel.refs(kernel.reads):
            if ref.buffer not in written:
                reads.append((ref, kernel.extent))
        for ref in kernel.refs(kernel.writes):
            written.add(ref.buffer)
            writes.append((ref, kernel.extent))
    operations = sum(kernel.operations for kernel in kernels)
    return Work(operations, _reached(reads), _reached(writes))


def _reached(refs: Iterable[tuple[Ref, int]]) -> int:
    """The bytes that arguments of kernels of some extents reach, each counted once."""
    parts: dict[Buffer, dict[int, int]] = {}
    for ref, extent in refs:
        part = parts.setdefault(ref.buffer, {})
        part[ref.offset] = max(part.get(ref.offset, 0), ref.reach(extent))
    return sum(min(sum(part.values()), buffer.nbytes) for buffer, part in parts.items())


def library_work(step: Library) -> Work:
    """What a step of a library costs."""
    node = step.op(*map(symbol_like, step.inputs), **step.attrs)
    return Work(
        node_operations(node), _viewed_bytes(step.inputs), _viewed_bytes(step.outputs)
    )


def _viewed_bytes(views: Iterable[View]) -> int:
    sizes: dict[Buffer, int] = {}
    for view in views:
        size = sizes.get(view.buffer, 0) + view.array.nbytes
        sizes[view.buffer] = min(size, view.buffer.nbytes)
    return sum(sizes.values())
