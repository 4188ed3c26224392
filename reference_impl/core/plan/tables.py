"""What the driver walks over, made of stages.

A loop is written out: every turn has its own rows, in which the arguments that move
with the turns are further on. An argument that is the address of an array that comes
with a call is filled in at the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..driver import Tables
from ..kernel import Buffer, Kernel, Ref, named
from .schedule import Stage

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
    """The rows of a stage for its first turn, and what moves with the turns."""

    def __init__(
        self,
        stage: Stage,
        functions: Mapping[str, int],
        places: Mapping[Buffer, int],
        slots: Mapping[Buffer, int],
    ) -> None:
        self.groups: list[tuple[int, ...]] = []
        self.instructions: list[tuple[int, ...]] = []
        self.words: list[int] = []
        self.turns: list[int] = []
        self.moving: list[tuple[int, int]] = []  # a word, and a slot
        self._places, self._slots = places, slots
        for group in stage.groups:
            first, count = len(self.instructions), len(group.kernels)
            self.groups.append(
                (first, count, group.units, group.chunk, int(group.waits))
            )
            for kernel in group.kernels:
                address = functions[kernel.source.name]
                self.instructions.append(
                    (address, len(self.words), group.factor(kernel))
                )
                self._add_words(kernel)

    def _add_words(self, kernel: Kernel) -> None:
        for arg in kernel.args:
            if not isinstance(arg, Ref):
                self.words.append(int(arg))
                self.turns.append(0)
                continue
            if arg.buffer in self._slots:
                self.moving.append((len(self.words), self._slots[arg.buffer]))
            self.words.append(self._places.get(arg.buffer, 0) + arg.offset)
            self.turns.append(arg.turn)


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
    # The first instruction has six words.
    groups, instructions, words = [_rows(5)], [_rows(3)], [np.zeros(6, np.int64)]
    moving = [_rows(3)]
    rows_before, words_before = 1, 6
    for stage in stages:
        rows = _Rows(stage, functions, places, slots)
        turn = np.arange(stage.count, dtype=np.int64)[:, None]
        own = np.array(rows.words, np.int64) + turn * np.array(rows.turns, np.int64)
        starts = words_before + turn * len(rows.words)
        firsts = rows_before + turn * len(rows.instructions)
        groups.append(_moved(rows.groups, 0, firsts, 5))
        instructions.append(_moved(rows.instructions, 1, starts, 3))
        words.append(own.ravel())
        for word, slot in rows.moving:
            column = np.full_like(turn, slot)
            each = [starts + word, column, own[:, word : word + 1]]
            moving.append(np.concatenate(each, axis=1))
        rows_before += stage.count * len(rows.instructions)
        words_before += own.size
    positions, numbers, offsets = map(np.ascontiguousarray, np.concatenate(moving).T)
    count, args = len(positions), np.concatenate(words)
    given = (ids, args, positions, numbers, offsets)
    args[:6] = [*(each.ctypes.data for each in given), _HEAD_BYTES]
    first = [[0, 1, count, max(count, 1), 1]], [[functions[FILL.name], 0, 1]]
    tables = Tables(
        np.concatenate([np.array(first[0], np.int64), *groups]),
        np.concatenate([np.array(first[1], np.int64), *instructions]),
        args,
    )
    return Filled(tables, given)


def _rows(width: int) -> np.ndarray:
    return np.empty((0, width) if width else 0, np.int64)


def _moved(
    rows: Sequence[tuple[int, ...]], column: int, by: np.ndarray, width: int
) -> np.ndarray:
    """The rows once for every turn, with one column further on."""
    table = np.array(rows, np.int64).reshape(1, -1, width)
    table = np.repeat(table, len(by), axis=0)
    table[:, :, column] += by
    return table.reshape(-1, width)
