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
from ..kernel import Buffer, Kernel, Ref
from .schedule import Stage


@dataclass(frozen=True, eq=False)
class Filled:
    """Tables, and which of their arguments a call fills in.

    Attributes
    ----------
    words : numpy.ndarray
        Positions in `tables.args`.
    slots : numpy.ndarray
        For each of them, which array comes there.
    offsets : numpy.ndarray
        And how many bytes from its beginning.
    """

    tables: Tables
    words: np.ndarray
    slots: np.ndarray
    offsets: np.ndarray

    def fill(self, addresses: np.ndarray) -> None:
        """Write the addresses of a call's arrays where they are needed."""
        if len(self.words):
            self.tables.args[self.words] = addresses[self.slots] + self.offsets


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
            word, turn = arg, 0
            if isinstance(arg, Ref):
                word, turn = arg.offset, arg.turn
                if arg.buffer in self._slots:
                    self.moving.append((len(self.words), self._slots[arg.buffer]))
                else:
                    word += self._places[arg.buffer]
            self.words.append(int(word))
            self.turns.append(turn)


def filled(
    stages: Sequence[Stage],
    functions: Mapping[str, int],
    places: Mapping[Buffer, int],
    slots: Mapping[Buffer, int],
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
    """
    groups, instructions, words = [_rows(5)], [_rows(3)], [_rows(0)]
    moving = [_rows(3)]
    rows_before = words_before = 0
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
    found = np.concatenate(moving)
    tables = Tables(
        np.concatenate(groups), np.concatenate(instructions), np.concatenate(words)
    )
    return Filled(tables, *(np.ascontiguousarray(column) for column in found.T))


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
