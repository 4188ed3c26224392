"""How long a comparison takes, and how much of that is the workbench's own.

    .venv/bin/python benchmarks/comparing.py quick
    .venv/bin/python benchmarks/comparing.py all --save benchmarks/results/compare.json

Does what `mapping compare --quick` does, or `mapping compare --all`, and writes the
seconds of each experiment to benchmarks/results/comparing.json, with the machine. Own
are those in which no framework was loaded and none was asked, so not what is done
beside one that is; the aim is 1.5 of them for an experiment. What a machine compiles
for the first time takes longer: kernels of the reference, and what PyTorch's compiler
makes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from adapters.contract import FRAMEWORKS
from adapters.zoo import MODELS
from workbench import report
from workbench.compare_command import QUICK_ROUNDS, QUICK_STEPS, write
from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.laboratory import Laboratory
from workbench.machine import description
from workbench.options import frameworks_in
from workbench.process import Worker
from workbench.request import LIMIT_SECONDS, Request
from workbench.store import Store

RESULTS = Path(__file__).parent / "results" / "comparing.json"
REQUESTS = {
    "quick": (Request(rounds=QUICK_ROUNDS, is_quick=True), {"steps": QUICK_STEPS}),
    "all": (Request(modes=("all",)), {}),
}

Span = tuple[float, float]


class Noted(Worker):
    """A worker that notes when it is busy."""

    def __init__(self, *where: Any, busy: list[Span], **options: Any) -> None:
        self._busy = busy
        with noting(busy):
            super().__init__(*where, **options)

    def ask(self, job: str, **arguments: Any) -> dict[str, Any]:
        """An answer, and when it was worked on."""
        with noting(self._busy):
            return super().ask(job, **arguments)


@contextmanager
def noting(busy: list[Span]) -> Iterator[None]:
    """Note from when to when something lasted."""
    started = time.perf_counter()
    try:
        yield
    finally:
        busy.append((started, time.perf_counter()))


def covered(spans: Iterable[Span]) -> float:
    """The seconds that some spans cover together."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def measured(
    kind: str, frameworks: tuple[str, ...]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Seconds of all experiments and of each, and their documents."""
    request, options = REQUESTS[kind]
    request = replace(request, frameworks=frameworks)
    experiments, documents, busy = {}, [], list[Span]()
    begun = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        Store(Path(folder, "results.sqlite")) as store,
        Laboratory(
            limit_seconds=LIMIT_SECONDS, kind=partial(Noted, busy=busy)
        ) as laboratory,
    ):
        for model in MODELS:
            busy.clear()
            started = time.perf_counter()
            one = experiment(model, **options)
            document = compare(one, request, laboratory=laboratory, keep=store.keep)
            seconds = time.perf_counter() - started
            own = seconds - covered(busy)
            experiments[model] = {"seconds": seconds, "own_seconds": own}
            print(f"{model:22}{seconds:8.1f} s, own {own:.2f} s", flush=True)
            documents.append(document)
        started = time.perf_counter()
        report.write(documents, Path(folder))
    ended = time.perf_counter()
    found = {
        "machine": description(),
        "frameworks": request.frameworks,
        "seconds": ended - begun,
        "report_seconds": ended - started,
        "experiments": experiments,
    }
    return found, documents


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=REQUESTS)
    parser.add_argument("--frameworks", default=",".join(FRAMEWORKS))
    parser.add_argument("--save", type=Path, help="write the documents to this file")
    asked = parser.parse_args()
    found, documents = measured(asked.kind, tuple(frameworks_in(asked.frameworks)))
    most = max(one["own_seconds"] for one in found["experiments"].values())
    print(
        f"{asked.kind}: {found['seconds'] / 60:.1f} min; own {most:.2f} s at most, "
        f"and {found['report_seconds']:.1f} s for the report"
    )
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(known | {asked.kind: found}, indent=1) + "\n")
    if asked.save is not None:
        write(documents, asked.save)


if __name__ == "__main__":
    main()
