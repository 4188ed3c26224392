"""What the tests of the driver share."""

import numpy as np
import pytest

from reference_impl.core.build import built
from reference_impl.core.driver import Tables
from reference_impl.core.driver.words import (
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
from reference_impl.core.kernel import named

# Words of args: the address of an array, a factor and a term.
AFFINE = named(
    "affine",
    """from reference_impl.core.driver.intrinsics import words


def {name}(args, begin, end):
    x = words(args[0])
    for i in range(begin, end):
        x[i] = x[i] * args[1] + args[2]
""",
)

# Every element of the second array becomes the sum of the first.
GATHER = named(
    "gather",
    """from reference_impl.core.driver.intrinsics import words


def {name}(args, begin, end):
    x, y = words(args[0]), words(args[1])
    total = 0
    for i in range(args[2]):
        total += x[i]
    for i in range(begin, end):
        y[i] += total
""",
)

# Halves a float64, as often as its parallel axis says.
HALVE = named(
    "halve",
    """define void @{name}(ptr %args, i64 %begin, i64 %end) {
  %x = load double, ptr %args
  %half = fmul double %x, 0.5
  store double %half, ptr %args
  ret void
}
""",
    "llvm",
)


@pytest.fixture(scope="session")
def functions():
    """Addresses of kernels."""
    addresses = built([AFFINE, GATHER, HALVE])
    return {s.name.split("_")[0]: addresses[s.name] for s in (AFFINE, GATHER, HALVE)}


@pytest.fixture(scope="session")
def looped(functions):
    """A function that makes tables of stages: how often, and groups of these.

    A group is an extent, a chunk, whether it waits, and its instructions: a function,
    args and a factor. An argument of two numbers moves with the iterations.
    """

    def made(*stages, serial_stages=0, serial_groups=0):
        rows, groups, instructions, args, strides = [], [], [], [], []
        for iterations, body in stages:
            first, word = len(groups), len(args)
            for extent, chunk, waits, steps in body:
                values = {
                    FIRST: len(instructions),
                    COUNT: len(steps),
                    EXTENT: extent,
                    CHUNK: chunk,
                    IS_SERIAL: serial_groups,
                    WAITS: waits,
                }
                groups.append(row(GROUP_WORDS, values))
                for function, words, factor in steps:
                    values = {
                        FUNCTION: functions[function],
                        OPERANDS: len(args),
                        FACTOR: factor,
                    }
                    instructions.append(row(INSTRUCTION_WORDS, values))
                    pairs = [x if isinstance(x, tuple) else (x, 0) for x in words]
                    args += [value for value, _ in pairs]
                    strides += [stride for _, stride in pairs]
            moving = (len(args) - word) * any(strides[word:])
            values = {
                FIRST: first,
                COUNT: len(body),
                END: iterations,
                IS_SERIAL: serial_stages,
                WORD: word,
                MOVING: moving,
            }
            rows.append(row(STAGE_WORDS, values))
        return Tables(
            np.array(rows, np.int64).reshape(-1, STAGE_WORDS),
            np.array(groups, np.int64).reshape(-1, GROUP_WORDS),
            np.array(instructions, np.int64).reshape(-1, INSTRUCTION_WORDS),
            np.array(args, np.int64),
            np.array(strides, np.int64),
        )

    return made


@pytest.fixture(scope="session")
def tables(looped):
    """A function that makes tables of groups that run once."""
    return lambda *groups: looped((1, groups))
