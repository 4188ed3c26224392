"""What an eager op costs above the NumPy call that does its work.

    .venv/bin/python benchmarks/eager_overhead.py

Rounds of NumPy and of the reference take turns. Prints the median and the quartiles of
the difference in microseconds, and writes them with the machine's name to
benchmarks/results/eager_overhead.json. The aim is 2 microseconds for an op on tensors
of one shape.
"""

from __future__ import annotations

import json
import timeit
from pathlib import Path

import numpy as np

import reference_impl as ri
from workbench.cost import spread
from workbench.machine import description

ROUNDS, CALLS = 31, 2000
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


def microseconds(function):
    """How long one call takes."""
    return timeit.timeit(function, number=CALLS) / CALLS * 1e6


def main():
    """Measure, print, write."""
    rows = {}
    for name, (numpy, reference) in pairs().items():
        differences = []
        for _ in range(ROUNDS):
            base = microseconds(numpy)
            differences.append(microseconds(reference) - base)
        rows[name] = spread(differences)
        print(
            f"{name:<22} {rows[name]['median']:6.2f} us above NumPy "
            f"({rows[name]['low']:.2f} to {rows[name]['high']:.2f})"
        )
    document = {
        "machine": description(),
        "versions": {"reference_impl": ri.__version__, "numpy": np.__version__},
        "microseconds_above_numpy": rows,
    }
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
