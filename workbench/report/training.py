"""The table of losses: where each trajectory starts and ends, and how far it strays."""

from __future__ import annotations

from collections.abc import Sequence

from .. import units
from .entries import Entry, Row, name
from .table import Cell, Column, Line, Table, error, heading, word


def training(entry: Entry) -> Table:
    """The losses of every row beside those of the first that has any."""
    rows = entry.rows
    first = first_trained(rows)
    basis = f" to {name(first, rows)}" if first else ""
    columns = [
        Column(title, group=in_words(objective))
        for objective in objectives(rows)
        for title in ("first", "last", "largest difference")
    ]
    return Table(
        name="training",
        caption=f"Losses in float32, and their largest difference{basis}",
        columns=[Column("mode", kind="word"), *columns],
        lines=[
            Line(
                heading(row),
                [word(row["mode"]), *_all_losses(row, first, rows)],
                framework=row["framework"],
                row=entry.key(row),
            )
            for row in rows
        ],
    )


def objectives(rows: Sequence[Row]) -> list[str]:
    """What is minimised, by name; "loss" where nothing was trained."""
    found = dict.fromkeys(one for row in rows for one in row["losses"] or ())
    return list(found) or ["loss"]


def in_words(objective: str) -> str:
    """A function's name as words."""
    return objective.replace("_", " ")


def first_trained(rows: Sequence[Row]) -> Row | None:
    """The row that the others' losses are compared with."""
    return next((row for row in rows if row["losses"]), None)


def _all_losses(row: Row, first: Row | None, rows: Sequence[Row]) -> list[Cell]:
    return [cell for one in objectives(rows) for cell in _losses(row, first, one)]


def _losses(row: Row, first: Row | None, objective: str) -> list[Cell]:
    losses = (row["losses"] or {}).get(objective)
    if not losses or first is None:
        return [Cell()] * 3
    ends = [_loss(losses[0]), _loss(losses[-1])]
    if row is first:
        return [*ends, Cell("itself")]
    pairs = zip(losses, first["losses"].get(objective) or (), strict=False)
    apart = [abs(a - b) for a, b in pairs if a is not None and b is not None]
    return [*ends, error(max(apart, default=None))]


def _loss(number: float | None) -> Cell:
    return Cell() if number is None else Cell(units.significant(number, 6), number)
