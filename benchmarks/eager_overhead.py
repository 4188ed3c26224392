"""What an eager op costs above the NumPy call that does its work.

    .venv/bin/python benchmarks/eager_overhead.py

NumPy and the reference take turns. Prints the median and the quartiles of
the difference in microseconds, and writes them with the machine's name to
benchmarks/results/eager_overhead.json. The aim is 2 microseconds for an op on tensors
of one shape.

A node's bookkeeping is what a derivative adds: a chain of additions of a constant,
which need no op on the way back, is computed with a variable and walked down, and
computed without. The aim is 2.5 microseconds for a node, forward and backward together.
"""

from __future__ import annotations

import timeit
from pathlib import Path

import numpy as np

import reference_impl as ri
from reference_impl.core.walk import pullback
from workbench.cost import spread
from workbench.machine import record

ROUNDS, CALLS, NODES = 101, 2000, 200
AIMS = {"a node's bookkeeping": 2.5}  # microseconds; of the others it is 2
RESULTS = Path(__file__).parent / "results" / "eager_overhead.json"


def pairs():
    """The same work by NumPy and by the reference, on arrays where work is nothing."""
    a, b = np.ones(4, np.float32), np.ones(4, np.float32)
    m = np.ones((4, 4), np.float32)
    x, y, n = ri.tensor(a), ri.tensor(b), ri.tensor(m)
    return {
        "add": (lambda: a + b, lambda: x + y),
        "multiply by a number": (lambda: a * 2.0, lambda: x * 2.0),
        "exp": (lambda: np.exp(a), lambda: ri.exp(x)),
        "matmul": (lambda: m @ m, lambda: n @ n),
        "sum": (lambda: a.sum(), lambda: x.sum()),
    }


def chains():
    """A chain of additions without a derivative, and with one."""
    x, y = ri.ones(4), ri.ones(4)
    one = ri.ones_like(x)

    def chain(x):
        for _ in range(NODES):
            x = x + y
        return x

    def differentiated():
        start = ri.variable(x)
        return pullback([chain(start)], [one], [start])

    return lambda: chain(x), differentiated


def microseconds(function, calls):
    """How long one call takes."""
    return timeit.timeit(function, number=calls) / calls * 1e6


def differences():
    """How much longer the reference takes, by names and rounds.

    The names take turns within a round, so that a slow moment of the machine is shared.
    """
    work = {name: (*pair, CALLS, 1) for name, pair in pairs().items()}
    work["a node's bookkeeping"] = (*chains(), CALLS // NODES, NODES)
    rounds = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, (base, function, calls, parts) in work.items():
            shorter, longer = microseconds(base, calls), microseconds(function, calls)
            rounds[name].append((longer - shorter) / parts)
    return rounds


def main():
    """Measure, print, write."""
    rows = {name: spread(found) for name, found in differences().items()}
    for name, row in rows.items():
        print(
            f"{name:<22} {row['median']:6.2f} us more "
            f"({row['low']:.2f} to {row['high']:.2f}; aim {AIMS.get(name, 2.0)})"
        )
    record(RESULTS, ("reference_impl", "numpy"), microseconds_more=rows)


if __name__ == "__main__":
    main()
