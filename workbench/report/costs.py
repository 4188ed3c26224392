"""The tables of cost: seconds, bytes and lines of code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.contract import FRAMEWORKS

from .. import units
from ..document import lack_of_ratios
from . import listings
from .entries import Document, Entry, Row
from .table import Cell, Column, Line, Table, counted, heading, measured, word


@dataclass(frozen=True)
class Cost:
    """A cost that every row may have, under its key in the document."""

    key: str
    title: str
    unit: units.Unit
    meaning: str


COSTS = (
    Cost(
        "step_seconds",
        "Training step",
        units.SECONDS,
        "one batch forward, backward and the update: the median of the rounds, and in "
        "small print the range of their middle half",
    ),
    Cost(
        "step_ratio",
        "Ratio",
        units.RATIO,
        "the training step over that of the basis, taken round by round",
    ),
    Cost(
        "latency_seconds",
        "One sample",
        units.SECONDS,
        "from one sample to its prediction",
    ),
    Cost(
        "first_step_seconds",
        "First step",
        units.SECONDS,
        "the first training step of a process, with whatever is compiled in it; what "
        "torch.compile and the reference have compiled before lies on the disk",
    ),
    Cost(
        "import_seconds",
        "Import",
        units.SECONDS,
        "until the framework and its adapter are loaded",
    ),
    Cost(
        "peak_bytes",
        "Peak memory",
        units.BYTES,
        "the largest resident memory of the process; 1 MB is 10⁶ bytes",
    ),
)


def cost(entry: Entry) -> Table:
    """Times and memory of every row, and the lines of its model."""
    rows = entry.rows
    file = listings.model_file(entry.model)
    columns = [Column("mode", kind="word")]
    columns += [Column(c.title, meaning=c.meaning) for c in COSTS]
    columns += [
        Column("Lines", meaning=f"of code in {file}, without comments and docstrings")
    ]
    return Table(
        name="cost",
        caption="What one process of each framework costs, in float32"
        + _of_ratios(entry.document),
        columns=columns,
        lines=[
            Line(
                heading(row),
                [
                    word(row["mode"]),
                    *(measured(row[cost.key], cost.unit) for cost in COSTS),
                    counted(listings.count(row["framework"], file)),
                ],
                framework=row["framework"],
                row=entry.key(row),
            )
            for row in rows
        ],
    )


def _of_ratios(document: Document) -> str:
    """To what they are, or why there are none."""
    basis, lack = document["basis"], lack_of_ratios(document)
    return f"; {lack or f'ratios are to {basis}'}" if basis else ""


def is_timed(rows: Sequence[Row]) -> bool:
    """Whether any cost is known."""
    return any(row[cost.key] is not None for row in rows for cost in COSTS)


def lines_of_models(models: Sequence[str]) -> Table:
    """How much code each model needs in each framework."""
    files = [listings.model_file(model) for model in models]
    return _lines("models", "Lines of code of each model", models, files)


def lines_of_adapters() -> Table:
    """How much code the models share, file by file."""
    files = listings.shared_files()
    return _lines("lines", "Lines of code that all models share", files, files)


def _lines(
    name: str, caption: str, titles: Sequence[str], files: Sequence[str]
) -> Table:
    return Table(
        name=name,
        caption=f"{caption}, without comments and docstrings",
        columns=[*(Column(title) for title in titles), Column("total")],
        lines=[Line(Cell(f), _counts(f, files), framework=f) for f in FRAMEWORKS],
    )


def _counts(framework: str, files: Sequence[str]) -> list[Cell]:
    counts = [listings.count(framework, file) for file in files]
    return [counted(n) for n in (*counts, sum(n or 0 for n in counts) or None)]
