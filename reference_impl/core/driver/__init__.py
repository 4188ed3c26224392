"""The driver: one call runs all kernels of a program, on one thread or several.

A program is three tables of int64. *Groups* are runs of instructions whose parallel
axes mean the same, so that they are walked chunk by chunk: what one instruction has
written is in the cache when the next one reads it. *Instructions* name a function, and
where its *args* begin. Every thread walks the same tables and takes its part of every
group, so there is nothing to hand out: all that threads say to each other is that they
have come to a barrier.

Numba's parallel loops would start and join their threads once for every kernel, and
would need Numba in every process. Measured on a busy machine, the best of 21 rounds, on
two threads: a parallel loop of Numba (OpenMP) takes 2 to 3 us, a run of one instruction
as long, and every further group with a barrier 0.2 to 0.4 us. On one thread a run takes
1.0 to 1.8 us, a group 25 to 40 ns, an instruction 4 to 8 ns.

    intrinsics   what Numba's Python lacks for it
    loop         the loop, as it is compiled
    team         the threads
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import RangeError
from .team import _teams, team


@dataclass(frozen=True, eq=False)
class Tables:
    """A program, ready to run; the arrays may be written between runs.

    Attributes
    ----------
    groups : int64 array (G, 5)
        First instruction, number of instructions, extent in units, units in a chunk,
        and 1 if all threads must have come to this group before it begins.
    instructions : int64 array (I, 3)
        Address of the function, index of its first word in `args`, and the number of
        elements of its parallel axis that are one unit of its group.
    args : int64 array
        What the functions are called with, one after the other.
    """

    groups: np.ndarray
    instructions: np.ndarray
    args: np.ndarray
    _program: np.ndarray = field(init=False, repr=False)
    address: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, array, columns in (
            ("groups", self.groups, (5,)),
            ("instructions", self.instructions, (3,)),
            ("args", self.args, ()),
        ):
            _check(name, array, columns)
        if (self.groups[:, 3] < 1).any():
            raise RangeError("a chunk of a group must have at least one unit")
        arrays = self.groups, self.instructions, self.args
        groups, instructions, args = (each.ctypes.data for each in arrays)
        program = np.array([groups, len(self.groups), instructions, args], np.int64)
        object.__setattr__(self, "_program", program)
        object.__setattr__(self, "address", program.ctypes.data)


def _check(name: str, array: np.ndarray, columns: tuple[int, ...]) -> None:
    is_right = array.dtype == np.int64 and array.flags.c_contiguous
    if not is_right or array.shape[1:] != columns or array.ndim != 1 + len(columns):
        raise RangeError(
            f"{name} must be a contiguous int64 array of shape "
            f"{('any', *columns)}; got {array.dtype} {array.shape}"
        )


def run(tables: Tables, threads: int) -> None:
    """Run a program; Python's lock is free meanwhile, and denormals count as zero."""
    found = _teams.get(threads) or team(threads)
    found.run(tables.address)
