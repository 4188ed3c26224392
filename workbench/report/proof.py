"""The table of equality: every error, beside the gate that it has to pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import units
from ..gates import GATES
from ..rows import STATUSES
from .entries import Entry, Row
from .table import Cell, Column, Line, Table, counted, error, sign, word

KINDS = ("forward", "gradient", "trajectory")


def equality(entry: Entry) -> Table:
    """Status, errors in both dtypes, the noise floor and the metric of every row."""
    rows = entry.rows
    columns = [
        Column("mode", kind="word"),
        Column("status", kind="word", meaning=_status_meaning(rows)),
        Column("steps", meaning="that were compared: slow modes make fewer"),
        *(Column(kind, dtype) for dtype in GATES for kind in KINDS),
        *(Column(m, "noise floor", _noise_meaning(m)) for m in moments(rows)),
        Column(_metric_name(rows), meaning="on samples that were held back"),
    ]
    return Table(
        name="equality",
        caption="Largest errors against what the frameworks agree on, and the gates",
        columns=columns,
        lines=[
            Line(
                Cell(row["framework"]),
                _proof(row, rows),
                framework=row["framework"],
                row=entry.key(row),
                anchor=entry.anchor_of(row),
            )
            for row in rows
        ],
        foot=_foot(rows),
    )


def limits(dtype: str, kind: str) -> list[tuple[str, float]]:
    """The gates of one error: when it is looked at, and how large it may be."""
    gate = getattr(GATES[dtype], kind)
    return list(gate.items()) if isinstance(gate, dict) else [("", gate)]


def moments(rows: Sequence[Row]) -> list[str]:
    """When noise floors were taken, such as "after 10", or of "first losses"."""
    return list(dict.fromkeys(m for row in rows for m in row["noise_floor"] or ()))


def moved(moment: str) -> str:
    """What it is that rounding moves: parameters, or the first losses."""
    return f"parameters {moment} steps" if moment.startswith("after") else moment


def floor(rows: Sequence[Row], moment: str) -> float | None:
    """The largest noise floor of some rows."""
    floors = [(row["noise_floor"] or {}).get(moment) for row in rows]
    return max((number for number in floors if number is not None), default=None)


def errors(row: Row, dtype: str) -> list[float | None]:
    """The errors of a row, kind by kind; those in float64 stand in the row itself."""
    found = row if dtype == "float64" else row[dtype] or {}
    return [found.get(f"{kind}_error") for kind in KINDS]


def _proof(row: Row, rows: Sequence[Row]) -> list[Cell]:
    found = [
        error(number, is_beyond=f"{dtype} {kind}" in row["beyond"])
        for dtype in GATES
        for kind, number in zip(KINDS, errors(row, dtype), strict=True)
    ]
    noise = [error((row["noise_floor"] or {}).get(m)) for m in moments(rows)]
    start = [word(row["mode"]), sign(row["status"]), counted(row["steps"])]
    return [*start, *found, *noise, _metric(row["metric"])]


def _status_meaning(rows: Sequence[Row]) -> str:
    """What those that occur mean."""
    found = {row["status"] for row in rows}
    return "; ".join(f"{one}: {STATUSES[one]}" for one in STATUSES if one in found)


def _noise_meaning(moment: str) -> str:
    effect = f"what one rounding of the first values does to the {moved(moment)}"
    return f"noise floor: {effect}, in float32"


def _foot(rows: Sequence[Row]) -> list[Cell]:
    nothing = Cell(" ")
    gates = [_gate(dtype, kind) for dtype in GATES for kind in KINDS]
    after = [nothing] * len(moments(rows))
    return [Cell("gate"), nothing, nothing, nothing, *gates, *after, nothing]


def _gate(dtype: str, kind: str) -> Cell:
    found = [(when, units.error(gate, digits=0)) for when, gate in limits(dtype, kind)]
    if len(found) == 1:
        return Cell(found[0][1])
    return Cell(" / ".join(g for _, g in found), detail=" / ".join(w for w, _ in found))


def _metric_name(rows: Sequence[Row]) -> str:
    return next((row["metric"]["name"] for row in rows if row["metric"]), "metric")


def _metric(metric: dict[str, Any] | None) -> Cell:
    if metric is None or metric["value"] is None:
        return Cell()
    name, value = metric["name"], metric["value"]
    return Cell(units.metric(name, value), value)
