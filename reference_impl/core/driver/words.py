"""Which word means what, in the tables and in the memory that a team shares.

Whoever writes a word and whoever reads it, compiled or not, has its number from here.
"""

from __future__ import annotations

from collections.abc import Mapping

# Of a program.
STAGES, STAGE_COUNT, GROUPS, INSTRUCTIONS, ARGS, STRIDES, OWN, OWN_WORDS = range(8)
PROGRAM_WORDS = 8

# Of a stage and of a group: which groups or instructions are its own.
FIRST, COUNT = 0, 1
# Of a stage: iterations, and which words of args move with them.
BEGIN, END, IS_SERIAL, WORD, MOVING = 2, 3, 4, 5, 6
STAGE_WORDS = 7
# Of a group, for which one thread's being enough is the same word as for a stage.
EXTENT, CHUNK, WAITS = 2, 3, 5
GROUP_WORDS = 6
# Of an instruction.
FUNCTION, OPERANDS, FACTOR = 0, 1, 2
INSTRUCTION_WORDS = 3

# That a team shares: eight are a cache line.
THREADS, PROGRAM, ARRIVED, PHASE, RUN, DONE, HAS_RUN = 0, 1, 8, 16, 24, 32, 40
STATES, LINE = 48, 8  # of thread t: STATES + LINE * t, and its runs behind that
AWAKE, TAKEN, ASLEEP, CALLED = 0, 1, 2, 3


def row(words: int, values: Mapping[int, int]) -> list[int]:
    """A row of a table that has so many words; those that are not given are zero."""
    return [values.get(word, 0) for word in range(words)]
