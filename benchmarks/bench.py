"""Six models in every framework: a training step, and an answer to one sample.

    .venv/bin/python -m benchmarks.bench
    .venv/bin/python -m benchmarks.bench --quick
    .venv/bin/python -m benchmarks.bench --models gpt,lstm --frameworks reference

Writes build/bench.json after every group, and benchmarks/results/bench.json when all of
it has been run. The models train with SGD and momentum (the perceptron and those of
images) or with Adam (LSTM and transformer). `cases` says what there is to measure,
`rounds` how it is done, and `agreement` what equal means.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from workbench import machine
from workbench.environments import ROOT
from workbench.errors import UserError

from . import table
from .cases import CONTENDERS, THREADS, Group, groups
from .models.parameters import MODELS
from .rounds import FULL, SHORT, Contest, Effort, Row

OUTPUT = ROOT / "build" / "bench.json"
RESULTS = ROOT / "benchmarks" / "results" / "bench.json"
EXIT_USAGE, EXIT_INTERRUPTED = 2, 130

screen = Console()
notes = Console(stderr=True, highlight=False)


def main(arguments: list[str] | None = None) -> int:
    """Measure, show, write; the exit code."""
    options = _options(arguments)
    try:
        wanted = groups(
            models=options.models,
            frameworks=options.frameworks,
            threads=options.threads,
            quick=options.quick,
        )
        effort = _effort(options.quick, options.rounds)
    except UserError as error:
        notes.print(f"bench: {error}", soft_wrap=True, markup=False)
        return EXIT_USAGE
    rows, is_whole = measured(wanted, effort, options.output)
    table.show(rows, screen)
    screen.print(f"\nresults  {options.output}", highlight=False, soft_wrap=True)
    if not is_whole:
        notes.print("interrupted; what was measured before is kept")
        return EXIT_INTERRUPTED
    if wanted == groups() and effort == FULL:
        shutil.copyfile(options.output, RESULTS)
    return 0


def measured(
    wanted: list[Group], effort: Effort, output: Path
) -> tuple[list[Row], bool]:
    """The rows of all groups, and whether nobody has interrupted them."""
    rows: list[Row] = []
    versions: dict[str, str] = {}
    columns = (
        TextColumn("{task.fields[group]}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    total = sum(len(group.contenders) + effort.rounds for group in wanted)
    with Progress(*columns, console=notes, disable=not notes.is_terminal) as bar:
        task = bar.add_task("starting", total=total, group="")

        def advance(what: str) -> None:
            bar.update(task, advance=1, description=what)

        with tempfile.TemporaryDirectory(prefix="bench-") as shared:
            for group in wanted:
                name = f"{group.model}, threads: {group.threads}"
                bar.update(task, group=name)
                if not notes.is_terminal:
                    notes.print(name)
                folder = Path(tempfile.mkdtemp(dir=shared))
                contest = Contest(group, folder, effort, advance, Path(shared))
                try:
                    contest.run()
                except KeyboardInterrupt:
                    return rows, False
                finally:
                    contest.stop()
                rows += contest.rows()
                versions |= contest.versions
                write(output, rows, versions)
    return rows, True


def write(output: Path, rows: list[Row], versions: dict[str, str]) -> None:
    """Write rows as JSON, with the machine, versions and the date."""
    output.parent.mkdir(parents=True, exist_ok=True)
    found: list[dict[str, Any]] = [asdict(row) for row in rows]
    packages = ("reference_impl", "numpy")
    machine.record(output, packages, frameworks=versions, rows=found)


def _effort(is_quick: bool, rounds: int | None) -> Effort:
    usual = SHORT if is_quick else FULL
    if rounds is None:
        return usual
    if rounds < 1:
        raise UserError(f"--rounds must be at least 1, {rounds} came")
    return replace(usual, rounds=rounds)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench", description=(__doc__ or "").splitlines()[0]
    )
    frameworks = dict.fromkeys(c.framework for c in CONTENDERS)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="training of PyTorch and the compiled reference, in two minutes",
    )
    for name, known in (("models", MODELS), ("frameworks", frameworks)):
        text = f"some of {', '.join(known)}"
        parser.add_argument(f"--{name}", type=_names, help=text)
    text = f"some of {', '.join(map(str, THREADS))}"
    parser.add_argument("--threads", type=_counts, help=text)
    parser.add_argument("--rounds", type=int, help="how often each is timed")
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, help="where the rows are written"
    )
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _counts(text: str) -> list[int]:
    return [int(name) for name in _names(text)]


if __name__ == "__main__":
    sys.exit(main())
