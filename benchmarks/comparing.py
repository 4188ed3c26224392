"""How long a comparison takes, and how much of that is the workbench's own.

    .venv/bin/python benchmarks/comparing.py
    .venv/bin/python benchmarks/comparing.py --all

Runs what `mapping compare --quick` does, or `mapping compare --all`, and writes the
seconds of each experiment to benchmarks/results/comparing.json, with the machine. Own
are those in which no framework was loaded and none was asked; the aim is 1.5 of them
for an experiment. What a machine compiles for the first time takes longer: kernels of
the reference, and what PyTorch's compiler makes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from adapters.zoo import MODELS
from workbench import report
from workbench.compare_command import QUICK_ROUNDS, QUICK_STEPS
from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.laboratory import Laboratory
from workbench.machine import description
from workbench.process import Worker
from workbench.request import LIMIT_SECONDS, Request
from workbench.store import Store

RESULTS = Path(__file__).parent / "results" / "comparing.json"
REQUESTS = {
    "quick": (Request(rounds=QUICK_ROUNDS, is_quick=True), {"steps": QUICK_STEPS}),
    "all": (Request(modes=("all",)), {}),
}


class Watched(Laboratory):
    """A laboratory that notes when its workers are busy."""

    def __init__(self) -> None:
        super().__init__(limit_seconds=LIMIT_SECONDS)
        self.busy: list[tuple[float, float]] = []

    def worker(self, framework: str, cores: list[int], **options: Any) -> Worker:
        """A new process, each of whose answers is noted."""
        started = time.perf_counter()
        worker = super().worker(framework, cores, **options)
        self.busy.append((started, time.perf_counter()))
        ask = worker.ask

        def noted(job: str, **arguments: Any) -> dict[str, Any]:
            started = time.perf_counter()
            try:
                return ask(job, **arguments)
            finally:
                self.busy.append((started, time.perf_counter()))

        worker.ask = noted  # type: ignore[method-assign]
        return worker


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """The seconds that some spans cover together."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def measured(kind: str) -> dict[str, Any]:
    """Seconds of all experiments and of each, and those that are the workbench's."""
    request, options = REQUESTS[kind]
    experiments, documents = {}, []
    begun = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        Store(Path(folder, "results.sqlite")) as store,
        Watched() as laboratory,
    ):
        for model in MODELS:
            laboratory.busy.clear()
            started = time.perf_counter()
            one = experiment(model, **options)
            document = compare(one, request, laboratory=laboratory, keep=store.keep)
            seconds = time.perf_counter() - started
            own = seconds - covered(laboratory.busy)
            experiments[model] = {"seconds": seconds, "own_seconds": own}
            print(f"{model:22}{seconds:8.1f} s, own {own:.2f} s", flush=True)
            documents.append(document)
        report.write(documents, Path(folder))
    return {
        "machine": description(),
        "seconds": time.perf_counter() - begun,
        "experiments": experiments,
    }


def main(arguments: list[str]) -> None:
    """Measure, print and write."""
    kind = "all" if arguments == ["--all"] else "quick"
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    found = measured(kind)
    most = max(one["own_seconds"] for one in found["experiments"].values())
    print(f"{kind}: {found['seconds'] / 60:.1f} min; own {most:.2f} s at most")
    RESULTS.write_text(json.dumps(known | {kind: found}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
