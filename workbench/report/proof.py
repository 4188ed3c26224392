"""The table of equality: every error, beside the gate that it has to pass."""

from __future__ import annotations

from typing import Any

from .. import units
from ..equality import GATES
from .table import Cell, Column, Line, Table, error, word

Row = dict[str, Any]

KINDS = ("forward", "gradient", "trajectory")
ICONS = {"equal": "✓", "different": "≠", "failed": "✕", "missing": "○"}


def equality(document: dict[str, Any]) -> Table:
    """Status, errors in both dtypes and the metric of every row."""
    rows = document["rows"]
    columns = [Column("mode", kind="word"), Column("status", kind="word")]
    columns += [Column(kind, dtype) for dtype in GATES for kind in KINDS]
    columns += [Column(_metric_name(rows), meaning="on samples that were held back")]
    gates = [_gate(dtype, kind) for dtype in GATES for kind in KINDS]
    return Table(
        name="equality",
        caption="Largest errors against what the frameworks agree on, and the gates",
        columns=columns,
        lines=[Line(r["framework"], Cell(r["framework"]), _proof(r)) for r in rows],
        foot=[Cell("gate"), Cell(" "), Cell(" "), *gates, Cell(" ")],
    )


def limits(dtype: str, kind: str) -> list[tuple[str, float]]:
    """The gates of one error: when it is looked at, and how large it may be."""
    gate = getattr(GATES[dtype], kind)
    return list(gate.items()) if isinstance(gate, dict) else [("", gate)]


def _proof(row: Row) -> list[Cell]:
    status = row["status"]
    errors = [_error(row, dtype, kind) for dtype in GATES for kind in KINDS]
    sign = Cell(status, status, icon=ICONS.get(status, ""), kind=f"word is-{status}")
    return [word(row["mode"]), sign, *errors, _metric(row["metric"])]


def _error(row: Row, dtype: str, kind: str) -> Cell:
    """An error; those in float64 stand in the row itself."""
    found = row if dtype == "float64" else row[dtype]
    # Of several snapshots only the largest error is kept, so the loosest gate decides.
    allowed = max(gate for _, gate in limits(dtype, kind))
    return error(found[f"{kind}_error"], allowed=allowed)


def _gate(dtype: str, kind: str) -> Cell:
    found = [(when, units.error(gate, digits=0)) for when, gate in limits(dtype, kind)]
    if len(found) == 1:
        return Cell(found[0][1])
    return Cell(" / ".join(g for _, g in found), detail=" / ".join(w for w, _ in found))


def _metric_name(rows: list[Row]) -> str:
    return next((row["metric"]["name"] for row in rows if row["metric"]), "metric")


def _metric(metric: dict[str, Any] | None) -> Cell:
    if metric is None or metric["value"] is None:
        return Cell()
    value = metric["value"]
    is_part = metric["name"] == "accuracy"
    return Cell(f"{value:.2%}" if is_part else units.significant(value, 4), value)
