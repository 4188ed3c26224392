"""What the tests of the driver share."""

import numpy as np
import pytest

from reference_impl.core.build import built
from reference_impl.core.driver import Tables
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
def tables(functions):
    """A function that makes tables of groups of (function, args, factor)."""

    def made(*groups):
        rows, instructions, args = [], [], []
        for extent, chunk, waits, steps in groups:
            rows.append((len(instructions), len(steps), extent, chunk, waits))
            for function, words, factor in steps:
                instructions.append((functions[function], len(args), factor))
                args += words
        return Tables(
            np.array(rows, np.int64).reshape(-1, 5),
            np.array(instructions, np.int64).reshape(-1, 3),
            np.array(args, np.int64),
        )

    return made
