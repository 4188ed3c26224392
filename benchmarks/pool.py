"""What the pool is worth: chains of elementwise ops, with it and without.

    .venv/bin/python benchmarks/pool.py

Two devices take turns, round by round: one writes results into its pool, the other
leaves every result to NumPy. A third has the threshold that users get. Prints, for
arrays of 4 KB to 64 MB, the median time of an op, the ratio with quartiles and the page
faults of an op, and writes them with the machine's name to
benchmarks/results/pool.json.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np

import reference_impl as ri
from workbench.cost import ratios, spread
from workbench.machine import record

ROUNDS, LINKS = 21, 4  # every link of a chain is two ops: y * a + b
ROUND_BYTES = 1 << 28  # written in a round, so that each takes about as long
MOST_CHAINS = 50  # in a round
SIZES = {"4 KB": 1 << 12, "64 KB": 1 << 16, "256 KB": 1 << 18, "1 MB": 1 << 20}
SIZES |= {"16 MB": 1 << 24, "64 MB": 1 << 26}
DEVICES = {
    "without": ri.CPU(name="without", pooled_bytes=1 << 62),
    "with": ri.CPU(name="with", pooled_bytes=0),
    "default": ri.CPU(name="default"),
}
RESULTS = Path(__file__).parent / "results" / "pool.json"


def chain(device, nbytes):
    """A function that computes y * a + b again and again, eagerly."""
    ones = np.ones(nbytes // 4, np.float32)
    x, a, b = (ri.tensor(ones, device=device) for _ in range(3))

    def run():
        y = x
        for _ in range(LINKS):
            y = y * a + b

    return run


def page_faults():
    """How many this process has had that needed no disk."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def measure(chains, count):
    """Seconds and page faults of one op, for every device, round by round."""
    seconds = {name: [] for name in chains}
    faults = {name: [] for name in chains}
    ops = 2 * LINKS * count
    for number in range(ROUNDS + 1):
        for name, run in chains.items():
            before, started = page_faults(), time.perf_counter()
            for _ in range(count):
                run()
            passed = time.perf_counter() - started
            if number > 0:  # the first round warms up
                seconds[name].append(passed / ops)
                faults[name].append((page_faults() - before) / ops)
    return seconds, faults


def row(nbytes):
    """What an op on arrays of one size costs with the pool, as a ratio to without."""
    chains = {name: chain(name, nbytes) for name in DEVICES}
    count = max(1, min(ROUND_BYTES // (2 * LINKS * nbytes), MOST_CHAINS))
    seconds, faults = measure(chains, count)
    return {
        "nbytes": nbytes,
        "op_seconds": {name: spread(s) for name, s in seconds.items()},
        "ratio": {
            name: spread(ratios(seconds[name], seconds["without"]))
            for name in ("with", "default")
        },
        "page_faults": {name: float(np.median(f)) for name, f in faults.items()},
    }


def line(name, found):
    """A line of the table."""
    median = found["op_seconds"]["without"]["median"] * 1e6
    cells = [f"{name:>6}", f"{median:10.1f} us"]
    for device in ("with", "default"):
        ratio = found["ratio"][device]
        cells.append(f"{ratio['median']:6.2f} ({ratio['low']:.2f}-{ratio['high']:.2f})")
    cells += [f"{faults:8.1f}" for faults in found["page_faults"].values()]
    return "  ".join(cells)


def main():
    """Measure, print, write."""
    for device in DEVICES.values():
        ri.register_device(device)
    print("arrays  op, no pool  pool / no pool      default / no pool   ", end="")
    print("page faults an op: no pool, pool, default")
    rows = {}
    for name, nbytes in SIZES.items():
        rows[name] = row(nbytes)
        print(line(name, rows[name]), flush=True)
    pooled_bytes = DEVICES["default"].pooled_bytes
    packages = ("reference_impl", "numpy")
    record(RESULTS, packages, pooled_bytes=pooled_bytes, chains=rows)


if __name__ == "__main__":
    main()
