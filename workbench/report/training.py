"""The table of losses: where each trajectory starts and ends, and how far it strays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import units
from . import verdict
from .table import Cell, Column, Table, error, line, word

Row = dict[str, Any]


def training(document: dict[str, Any]) -> Table:
    """The losses of every row beside those of the first that has any."""
    rows = document["rows"]
    first = first_trained(rows)
    basis = f" to {verdict.name(first, rows)}" if first else ""
    return Table(
        name="training",
        caption=f"The loss in float32, and its largest difference{basis}",
        columns=[
            Column("mode", kind="word"),
            Column("first loss"),
            Column("last loss"),
            Column("largest difference"),
        ],
        lines=[line(row, word(row["mode"]), *_losses(row, first)) for row in rows],
        foot=[],
    )


def first_trained(rows: Sequence[Row]) -> Row | None:
    """The row that the others' losses are compared with."""
    return next((row for row in rows if row["losses"]), None)


def _losses(row: Row, first: Row | None) -> list[Cell]:
    losses = row["losses"]
    if not losses or first is None:
        return [Cell()] * 3
    ends = [_loss(losses[0]), _loss(losses[-1])]
    if row is first:
        return [*ends, Cell("itself")]
    pairs = zip(losses, first["losses"], strict=False)
    apart = [abs(a - b) for a, b in pairs if a is not None and b is not None]
    return [*ends, error(max(apart, default=None))]


def _loss(number: float | None) -> Cell:
    return Cell() if number is None else Cell(units.significant(number, 6), number)
