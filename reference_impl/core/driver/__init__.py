"""The driver: one call runs all kernels of a program, on one thread or several.

A program is tables of int64. *Stages* are runs of groups, once or in a loop.
*Groups* are runs of instructions whose parallel axes mean the same, so that they are
walked chunk by chunk: what one instruction has written is in the cache when the next
one reads it. *Instructions* name a function, and where its *args* begin. Every thread
walks the same tables and takes its part of every group, so there is nothing to hand
out: all that threads say to each other is that they have come to a barrier. Words of
args that move from one iteration to the next are computed by every thread for itself,
so a loop takes as much memory as its body, however long it is.

Numba's parallel loops would start and join their threads once for every kernel, and
would need Numba in every process. Measured on a busy machine, the best of 21 rounds, on
two threads: a parallel loop of Numba (OpenMP) takes 2 to 3 us, a run of one instruction
as long, and every further group with a barrier 0.2 to 0.4 us. On one thread a run takes
1.0 to 2.2 us, a group 10 to 18 ns, an instruction 2 to 4 ns, an iteration of a loop
10 to 20 ns and 0.3 ns for every word of its args.

    intrinsics   what Numba's Python lacks for it
    words        what the words of tables and of a team's memory mean
    loop         the loop, as it is compiled
    team         the threads
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import RangeError
from .team import team, teams
from .words import (
    ARGS,
    CHUNK,
    GROUP_WORDS,
    GROUPS,
    INSTRUCTION_WORDS,
    INSTRUCTIONS,
    MOVING,
    OWN,
    OWN_WORDS,
    PROGRAM_WORDS,
    STAGE_COUNT,
    STAGE_WORDS,
    STAGES,
    STRIDES,
)

# Threads that write next to each other would take cache lines from each other.
_APART_WORDS = 16


@dataclass(eq=False)
class Tables:
    """A program, ready to run; the arrays may be written between runs.

    Which word of a row is which is said in `words`.

    Attributes
    ----------
    stages : int64 array (S, STAGE_WORDS)
        First group, number of groups, first iteration, the one before which it ends, 1
        if one thread does all of it, where among `args` those begin of which some move
        with the iterations, and how many they are. Threads begin stages together, and
        iterations.
    groups : int64 array (G, GROUP_WORDS)
        First instruction, number of instructions, extent in units, units in a chunk,
        1 if one thread does all of it, and 1 if all threads must have come to this
        group before it begins.
    instructions : int64 array (I, INSTRUCTION_WORDS)
        Address of the function, index of its first word in `args`, and the number of
        elements of its parallel axis that are one unit of its group.
    args : int64 array (A,)
        What the functions are called with at iteration 0, one after the other.
    strides : int64 array (A,)
        By how much each of them grows at every iteration.
    threads : int
        How many have memory for words of their own.
    """

    stages: np.ndarray
    groups: np.ndarray
    instructions: np.ndarray
    args: np.ndarray
    strides: np.ndarray
    threads: int = field(init=False, default=0)
    address: int = field(init=False, repr=False)
    _program: np.ndarray = field(init=False, repr=False)
    _own: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, array, shape in (
            ("stages", self.stages, (None, STAGE_WORDS)),
            ("groups", self.groups, (None, GROUP_WORDS)),
            ("instructions", self.instructions, (None, INSTRUCTION_WORDS)),
            ("args", self.args, (None,)),
            ("strides", self.strides, self.args.shape),
        ):
            _check(name, array, shape)
        if (self.groups[:, CHUNK] < 1).any():
            raise RangeError("a chunk of a group must have at least one unit")
        self._program = np.zeros(PROGRAM_WORDS, np.int64)
        self.address = self._program.ctypes.data
        self.make_room(1)

    def make_room(self, threads: int) -> None:
        """Give so many threads memory for words of their own."""
        own = int(self.stages[:, MOVING].max(initial=0)) + _APART_WORDS
        self._own, self.threads = np.empty(own * threads, np.int64), threads
        for word, array in (
            (STAGES, self.stages),
            (GROUPS, self.groups),
            (INSTRUCTIONS, self.instructions),
            (ARGS, self.args),
            (STRIDES, self.strides),
            (OWN, self._own),
        ):
            self._program[word] = array.ctypes.data
        self._program[STAGE_COUNT], self._program[OWN_WORDS] = len(self.stages), own


def _check(name: str, array: np.ndarray, shape: tuple[int | None, ...]) -> None:
    has_shape = array.ndim == len(shape) and all(
        needed in (None, size) for needed, size in zip(shape, array.shape, strict=True)
    )
    if array.dtype != np.int64 or not array.flags.c_contiguous or not has_shape:
        raise RangeError(
            f"{name} must be a contiguous int64 array of shape {shape}, where None is "
            f"any size; got {array.dtype} {array.shape}"
        )


def run(tables: Tables, threads: int) -> None:
    """Run a program; Python's lock is free meanwhile, and denormals count as zero.

    A program in which words move is run by one caller at a time.
    """
    if threads > tables.threads:
        tables.make_room(threads)
    found = teams.get(threads) or team(threads)
    found.run(tables.address)
