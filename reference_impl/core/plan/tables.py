"""What the driver walks over, made of stages.

A loop has the rows of its body once: the driver counts its iterations, and knows by
how much an argument moves from one to the next. An argument that is the address of an
array that comes with a call is filled in at the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..driver import Tables
from ..driver.words import (
    BEGIN,
    CHUNK,
    COUNT,
    END,
    EXTENT,
    FACTOR,
    FIRST,
    FUNCTION,
    GROUP_WORDS,
    INSTRUCTION_WORDS,
    IS_SERIAL,
    MOVING,
    OPERANDS,
    STAGE_WORDS,
    WAITS,
    WORD,
    row,
)
from ..kernel import Buffer, Ref, named
from .groups import Group
from .stages import Stage

# An array of NumPy begins, after what every object has, with the address of its data.
_HEAD_BYTES = object.__basicsize__

FILL = named(
    "fill_addresses",
    '''from reference_impl.core.driver.intrinsics import words


def {name}(args, begin, end):
    """Write to words of a table where the data of Python's arrays begin."""
    ids = words(args[0])
    table = words(args[1])
    positions = words(args[2])
    slots = words(args[3])
    offsets = words(args[4])
    head = args[5]

    for i in range(begin, end):
        array = words(ids[slots[i]] + head)
        table[positions[i]] = array[0] + offsets[i]
''',
)
FILL_WORDS = 6


@dataclass(frozen=True, eq=False)
class Filled:
    """Tables whose first instruction fills in the addresses of a call's arrays.

    Attributes
    ----------
    kept : tuple
        What the tables hold addresses of.
    """

    tables: Tables
    kept: tuple[np.ndarray, ...]


class _Rows:
    """The rows of tables while stages are added."""

    def __init__(
        self,
        functions: Mapping[str, int],
        places: Mapping[Buffer, int],
        slots: Mapping[Buffer, int],
    ) -> None:
        self._functions, self._places, self._slots = functions, places, slots
        # The first instruction fills in addresses; its group comes with their number.
        one = {FIRST: 0, COUNT: 1, IS_SERIAL: True}
        self.stages = [row(STAGE_WORDS, {**one, BEGIN: 0, END: 1})]
        self.groups = [row(GROUP_WORDS, {**one, CHUNK: 1})]
        values = {FUNCTION: functions[FILL.name], OPERANDS: 0, FACTOR: 1}
        self.instructions = [row(INSTRUCTION_WORDS, values)]
        self.words, self.strides = [0] * FILL_WORDS, [0] * FILL_WORDS
        self.filled: list[tuple[int, int]] = []  # a word, and a slot

    def add(self, stage: Stage) -> None:
        """Add the rows of a stage."""
        first, word = len(self.groups), len(self.words)
        for group in stage.groups:
            self._add_group(group)
        is_moving = stage.count > 1 and any(self.strides[word:])
        values = {
            FIRST: first,
            COUNT: len(stage.groups),
            BEGIN: 0,
            END: stage.count,
            IS_SERIAL: stage.is_serial,
            WORD: word,
            MOVING: is_moving * (len(self.words) - word),
        }
        self.stages.append(row(STAGE_WORDS, values))

    def _add_group(self, group: Group) -> None:
        values = {
            FIRST: len(self.instructions),
            COUNT: len(group.kernels),
            EXTENT: group.units,
            CHUNK: group.chunk,
            IS_SERIAL: group.is_serial,
            WAITS: group.waits,
        }
        self.groups.append(row(GROUP_WORDS, values))
        for kernel in group.kernels:
            function = self._functions[kernel.source.name]
            factor = group.factor(kernel)
            values = {FUNCTION: function, OPERANDS: len(self.words), FACTOR: factor}
            self.instructions.append(row(INSTRUCTION_WORDS, values))
            for arg in kernel.args:
                self._add_word(arg)

    def _add_word(self, arg: int | Ref) -> None:
        if isinstance(arg, Ref):
            if arg.buffer in self._slots:
                self.filled.append((len(self.words), self._slots[arg.buffer]))
            self.words.append(self._places.get(arg.buffer, 0) + arg.offset)
            self.strides.append(arg.stride)
        else:
            self.words.append(int(arg))
            self.strides.append(0)


def filled(
    stages: Sequence[Stage],
    functions: Mapping[str, int],
    places: Mapping[Buffer, int],
    slots: Mapping[Buffer, int],
    ids: np.ndarray,
) -> Filled:
    """The tables of stages that follow each other.

    Parameters
    ----------
    functions : mapping of str to int
        The addresses of built functions.
    places : mapping of Buffer to int
        The addresses of buffers that stay where they are.
    slots : mapping of Buffer to int
        The numbers of buffers that come with a call.
    ids : numpy.ndarray
        Where a call writes the identities of the arrays that are those buffers.
    """
    rows = _Rows(functions, places, slots)
    for stage in stages:
        rows.add(stage)
    count, args = len(rows.filled), _table(rows.words)
    positions, numbers = np.ascontiguousarray(_table(rows.filled, 2).T)
    given = (ids, args, positions, numbers, args[positions])
    args[:FILL_WORDS] = [*(each.ctypes.data for each in given), _HEAD_BYTES]
    rows.groups[0][EXTENT], rows.groups[0][CHUNK] = count, max(count, 1)
    tables = Tables(
        _table(rows.stages, STAGE_WORDS),
        _table(rows.groups, GROUP_WORDS),
        _table(rows.instructions, INSTRUCTION_WORDS),
        args,
        _table(rows.strides),
    )
    return Filled(tables, given)


def _table(rows: Sequence[object], *columns: int) -> np.ndarray:
    return np.array(rows, np.int64).reshape(-1, *columns)
