"""Single kernels: beside PyTorch's, and beside what the machine can do.

    .venv/bin/python -m benchmarks.kernels
    .venv/bin/python -m benchmarks.kernels --only conv,gemm --rounds 11

Each function of `kernel_cases` is compiled by the reference, held against PyTorch's,
and timed in turns with it, one thread each, in a process of its own. The roof is the
least time in which the machine could do the operations and move the inputs and results:
its best product of matrices, and its copying of arrays of such a size, are measured
first. Prints a table, and writes benchmarks/results/kernels.json when all are run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

import reference_impl as ri
from reference_impl.core.cost import operations
from workbench import machine, units
from workbench.cost import ratios, spread
from workbench.environments import ROOT
from workbench.errors import UserError

from .kernel_cases import Case, as_arrays, cases

RESULTS = ROOT / "benchmarks" / "results" / "kernels.json"
OUTPUT = ROOT / "build" / "kernels.json"
ROUNDS, ROUND_SECONDS, LIMIT_SECONDS = 41, 0.01, 180
GEMM_SIZE, REPEATS = 1024, 15
COPIED_BYTES = (1 << 16, 1 << 19, 1 << 22, 1 << 25, 1 << 28)

# Of each result, by norms. Sums of a thousand products in float32, in another order.
TOLERANCE = 1e-4

screen = Console()


def limits() -> dict[str, Any]:
    """The best that one thread does: operations a second, bytes moved a second."""
    x = torch.randn(GEMM_SIZE, GEMM_SIZE)
    out = torch.empty_like(x)
    product = _best(lambda: torch.mm(x, x, out=out))
    copies = {}
    for nbytes in COPIED_BYTES:
        a = np.ones(nbytes // 8, np.float32)  # half is read, half is written
        b = np.empty_like(a)
        copies[nbytes] = nbytes / _best(lambda a=a, b=b: np.copyto(b, a))
    return {
        "operations_per_second": 2 * GEMM_SIZE**3 / product,
        "bytes_per_second": copies,
    }


def roof_seconds(flops: int, nbytes: int, found: dict[str, Any]) -> float:
    """The least time for so many operations on so many bytes."""
    copies = {int(size): rate for size, rate in found["bytes_per_second"].items()}
    nearest = min(copies, key=lambda size: abs(np.log(size / nbytes)))
    return max(flops / found["operations_per_second"], nbytes / copies[nearest])


def measured(case: Case, rounds: int) -> dict[str, Any]:
    """Both functions, in turns; an error if their results differ."""
    compiled = ri.compile(case.ours, donate=case.donate)
    inputs = [ri.tensor(x) for x in case.arrays]
    theirs = [torch.tensor(x) for x in case.arrays]
    graph = ri.capture(case.ours, *inputs)
    flops = operations(graph)
    started = time.perf_counter()
    held = [compiled(*inputs)]
    first_seconds = time.perf_counter() - started
    expected = as_arrays(case.theirs(*theirs))
    found = as_arrays(held[0])
    _check(found, expected)
    nbytes = sum(x.nbytes for x in (*case.arrays, *found.values()))
    others = inputs[len(case.donate) :]

    def once() -> None:
        if case.donate:
            held[0] = compiled(*held[0], *others)
        else:
            compiled(*inputs)

    pair = once, lambda: case.theirs(*theirs)
    calls = max(1, round(ROUND_SECONDS / max(map(_seconds, pair))))
    times = [[_seconds(each, calls) for each in pair] for _ in range(rounds)]
    ours, others_seconds = map(list, zip(*times, strict=True))
    ratio = spread(ratios(ours, others_seconds)) or {}
    return {
        "median_seconds": float(np.median(ours)),
        "pytorch_seconds": float(np.median(others_seconds)),
        "ratio_to_pytorch_eager": ratio["median"],
        "ratio_low": ratio["low"],
        "ratio_high": ratio["high"],
        "first_seconds": first_seconds,
        "flops": flops,
        "nbytes": nbytes,
    }


def row(name: str, rounds: int, found: dict[str, Any]) -> dict[str, Any]:
    """What a process of its own says about a kernel, or why it says nothing."""
    single = {f"{n}_NUM_THREADS": "1" for n in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    command = [sys.executable, "-m", "benchmarks.kernels"]
    try:
        done = subprocess.run(
            [*command, "--one", name, "--rounds", str(rounds)],
            env=os.environ | single | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return {"kernel": name, "reason": f"no answer within {LIMIT_SECONDS} s"}
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return {"kernel": name, "reason": lines[-1]}
    return {"kernel": name, "reason": None} | _rates(json.loads(done.stdout), found)


def _rates(numbers: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """A row with what is reached, beside the machine's limits."""
    seconds, flops, nbytes = (
        numbers[name] for name in ("median_seconds", "flops", "nbytes")
    )
    roof = roof_seconds(flops, nbytes, found)
    return numbers | {
        "gflops_per_second": flops / seconds / 1e9,
        "gbytes_per_second": nbytes / seconds / 1e9,
        "of_roof": roof / seconds,
        "pytorch_of_roof": roof / numbers["pytorch_seconds"],
    }


def chosen(only: list[str] | None, names: list[str]) -> list[str]:
    """The names that begin with one of `only`; all of them without it.

    Raises
    ------
    UserError
        If one of `only` begins no name.
    """
    for start in only or []:
        if not any(name.startswith(start) for name in names):
            raise UserError(f"no kernel begins with {start!r}; all: {', '.join(names)}")
    return [n for n in names if only is None or n.startswith(tuple(only))]


def table(rows: list[dict[str, Any]]) -> Table:
    """Ratios, rates, and how near to the roof."""
    found = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    found.add_column("kernel")
    for name in ("ours", "ratio", "quartiles", "GFLOP/s", "GB/s", "of roof", "PyTorch"):
        found.add_column(name, justify="right")
    for each in rows:
        found.add_row(each["kernel"], *_cells(each))
    return found


def _cells(row: dict[str, Any]) -> Iterator[str]:
    if row["reason"] is not None:
        yield "–"
        return
    yield units.quantity(row["median_seconds"], units.SECONDS)
    yield f"{row['ratio_to_pytorch_eager']:.2f}"
    yield f"{row['ratio_low']:.2f}–{row['ratio_high']:.2f}"
    yield f"{row['gflops_per_second']:.1f}"
    yield f"{row['gbytes_per_second']:.1f}"
    yield f"{row['of_roof']:.0%}"
    yield f"{row['pytorch_of_roof']:.0%}"


def _check(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    for name, exact in expected.items():
        error = np.linalg.norm(found[name] - exact)
        if not error <= TOLERANCE * np.linalg.norm(exact):
            raise ValueError(f"not equal, so not timed: {name} is off by {error:.1e}")


def _seconds(function: Callable[[], Any], calls: int = 1) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - started) / calls


def _best(function: Callable[[], Any]) -> float:
    """The least of several times: what disturbs only adds."""
    return min(_seconds(function) for _ in range(REPEATS))


def main() -> int:
    """Measure, show, write; the exit code."""
    parser = argparse.ArgumentParser(prog="kernels", description=__doc__)
    parser.add_argument("--only", help="how names begin, with commas between")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    known = cases()
    if options.one is not None:
        print(json.dumps(measured(known[options.one], options.rounds)))
        return 0
    try:
        names = chosen(options.only and options.only.split(","), list(known))
    except UserError as error:
        print(f"kernels: {error}", file=sys.stderr)
        return 2
    found = limits()
    rows = [row(n, options.rounds, found) for n in track(names, console=screen)]
    screen.print(table(rows))
    for each in rows:
        if each["reason"] is not None:
            screen.print(f"{each['kernel']}: {each['reason']}", style="red")
    is_whole = len(names) == len(known) and options.rounds == ROUNDS
    output = RESULTS if is_whole else options.output
    output.parent.mkdir(parents=True, exist_ok=True)
    packages = ("reference_impl", "torch", "numpy")
    machine.record(output, packages, limits=found, kernels=rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
