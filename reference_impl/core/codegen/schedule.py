"""Which statement of a nest stands in which of its loops.

A statement stands in the outermost loop in which all that it reads is known, before the
loops further in. What reads a reduction stands after the loops over the reduced axes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..dtype import FLOATS
from .nest import Literal, Load, Nest, Reduce, Statement, Store, operands
from .variables import Variables


@dataclass(frozen=True, slots=True)
class For:
    """All positions on an axis.

    Attributes
    ----------
    parts : tuple of int
        Sums of floats, which are taken of blocks of positions, and then of the blocks:
        a sum of thousands of numbers loses no more digits than one of a hundred.
    """

    axis: int
    body: tuple[Command, ...]
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Offset:
    """Where the elements of an array begin that belong to the position on an axis."""

    array: int
    axis: int


@dataclass(frozen=True, slots=True)
class Do:
    """Compute, load or store a value: the statement of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Begin:
    """Give a reduction the value that it has of no elements.

    Attributes
    ----------
    array : int, optional
        Where it is accumulated, if in memory; else it is in a variable.
    """

    number: int
    array: int | None


@dataclass(frozen=True, slots=True)
class Accumulate:
    """Take one more element into a reduction; see `Begin`.

    Attributes
    ----------
    is_part : bool
        Whether into the sum of a block.
    """

    number: int
    array: int | None
    is_part: bool = False


Command = For | Offset | Do | Begin | Accumulate


def schedule(nest: Nest, variables: Variables) -> tuple[Command, ...]:
    """The loops of a nest, and what stands inside of them."""
    return _Schedule(nest, variables).commands(0)


class _Schedule:
    def __init__(self, nest: Nest, variables: Variables) -> None:
        self.nest, self.variables = nest, variables
        self.rank = len(nest.reduced)
        # The first reduced axis; if kept ones follow, reductions are in memory.
        self.reduced = nest.reduced.index(True) if any(nest.reduced) else self.rank
        self.in_memory = not all(nest.reduced[self.reduced :])
        self.depths: list[int] = []
        self.is_after: list[bool] = []
        for statement in nest.statements:
            self._place(statement)
        stores = {x.value: x.array for x in nest.statements if isinstance(x, Store)}
        self.reductions = [
            (i, stores[i] if self.in_memory else None)
            for i, x in enumerate(nest.statements)
            if isinstance(x, Reduce)
        ]

    def _place(self, statement: Statement) -> None:
        """Note how many loops are around a statement, and if it reads a reduction."""
        read = operands(statement)
        axes = []
        if isinstance(statement, Load | Store):
            axes = self.variables.axes(statement.array)
        depths = [self.depths[i] for i in read]
        is_after = any(self.is_after[i] for i in read)
        if isinstance(statement, Reduce):
            depths, is_after = [self.reduced], True
        self.depths.append(max([*depths, *(axis + 1 for axis in axes)], default=0))
        self.is_after.append(is_after)

    def commands(self, depth: int) -> tuple[Command, ...]:
        """What stands inside of the first `depth` loops."""
        before: tuple[Command, ...] = (
            *self._offsets(depth - 1),
            *self._statements(depth),
        )
        if depth == self.rank:
            return (*before, *self._accumulations())
        inner = self.commands(depth + 1)
        parts = self._parts() if depth == self.rank - 1 else ()
        loop = (For(depth, inner, parts),) if inner else ()
        if depth == self.reduced:
            return (*before, *self._beginnings(), *loop, *self._afterwards())
        return (*before, *loop)

    def _offsets(self, axis: int) -> list[Offset]:
        return [Offset(k, a) for k, a in self.variables.offsets if a == axis]

    def _statements(self, depth: int) -> list[Do]:
        return [
            Do(i)
            for i, statement in enumerate(self.nest.statements)
            if not isinstance(statement, Literal)
            if self.depths[i] == depth and not self.is_after[i]
        ]

    def _beginnings(self) -> tuple[Command, ...]:
        """First values of reductions; in memory, loops over kept axes write them."""
        steps: tuple[Command, ...] = tuple(Begin(*each) for each in self.reductions)
        written = [array for _, array in self.reductions]
        for axis in reversed(range(self.reduced, self.rank)):
            if not self.nest.reduced[axis]:
                of_these = [x for x in self._offsets(axis) if x.array in written]
                steps = (For(axis, (*of_these, *steps)),)
        return steps

    def _accumulations(self) -> list[Accumulate]:
        parts = self._parts()
        return [Accumulate(i, array, i in parts) for i, array in self.reductions]

    def _parts(self) -> tuple[int, ...]:
        """The sums of floats that are in variables."""
        return tuple(
            i
            for i, x in enumerate(self.nest.statements)
            if isinstance(x, Reduce) and x.kind == "sum"
            if x.dtype.kind in FLOATS and not self.in_memory
        )

    def _afterwards(self) -> list[Do]:
        """What reads a reduction; in memory, it is in its place already."""
        if self.in_memory:
            return []
        return [
            Do(i)
            for i, statement in enumerate(self.nest.statements)
            if self.is_after[i] and not isinstance(statement, Reduce)
        ]
