"""The tables of cost: seconds, bytes and lines of code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.contract import FILES, FRAMEWORKS

from .. import units
from . import listings
from .table import Cell, Column, Line, Table, counted, line, measured, word


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
        "the first training step of a process, with whatever is compiled in it",
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


def cost(document: dict[str, Any]) -> Table:
    """Times and memory of every row, and the lines of its adapter."""
    basis = document["basis"]
    columns = [Column("mode", kind="word")]
    columns += [Column(c.title, meaning=c.meaning) for c in COSTS]
    columns += [
        Column(
            "Lines", meaning="of code in the adapter, without comments and docstrings"
        )
    ]
    return Table(
        name="cost",
        caption="What one process of each framework costs, in float32"
        + (f"; ratios are to {basis}" if basis else ""),
        columns=columns,
        lines=[line(row, *_costs(row)) for row in document["rows"]],
        foot=[],
    )


def lines_of_code() -> Table:
    """How much code each adapter needs, file by file."""
    return Table(
        name="lines",
        caption="Lines of code in each adapter, without comments and docstrings",
        columns=[*(Column(file) for file in FILES), Column("total")],
        lines=[Line(f, Cell(f), _counts(f)) for f in FRAMEWORKS],
        foot=[],
    )


def _costs(row: dict[str, Any]) -> list[Cell]:
    return [
        word(row["mode"]),
        *(measured(row[cost.key], cost.unit) for cost in COSTS),
        counted(listings.total(row["framework"])),
    ]


def _counts(framework: str) -> list[Cell]:
    counts = [listings.count(framework, file) for file in FILES]
    return [counted(n) for n in (*counts, listings.total(framework))]
