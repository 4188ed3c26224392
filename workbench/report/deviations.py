"""Every row that is not equal, with its cause; and what rounding alone does."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..environments import ENVIRONMENTS, how_to_get
from ..rows import PASSED, STATUSES
from .entries import Entry, Row
from .proof import floor, moments, moved
from .table import Cell, Column, Line, Table, counted, error, prose, sign, word

UNEXPLAINED = "no documented cause"


def deviations(entries: Sequence[Entry]) -> Table:
    """A line for each row that is not equal; those without a cause come first."""
    rows = [(e, row) for e in entries for row in e.rows]
    found = [(e, row) for e, row in rows if row["status"] not in PASSED]
    found.sort(key=lambda pair: _urgency(pair[1]))
    return Table(
        name="deviations",
        caption="Every row that is not equal, those without a documented cause first",
        head="experiment",
        columns=[
            Column(title, kind="word")
            for title in ("framework", "mode", "status", "what was found", "cause")
        ],
        lines=[_line(entry, row) for entry, row in found],
    )


def is_unexplained(row: Row) -> bool:
    """Whether a row deviates, and nobody has written down why."""
    return row["status"] in ("different", "failed") and not row["cause"]


def remedy(row: Row) -> str | None:
    """The command that installs a missing framework, unless its reason says so."""
    if row["status"] != "missing" or row["framework"] not in ENVIRONMENTS:
        return None
    command = how_to_get(row["framework"])
    return None if command in (row["reason"] or "") else command


def noise_floors(entries: Sequence[Entry]) -> Table:
    """The noise floors of every framework over all rows that have any."""
    rows = [row for entry in entries for row in entry.rows if row["noise_floor"]]
    frameworks = list(dict.fromkeys(row["framework"] for row in rows))
    when = moments(rows)
    return Table(
        name="noise",
        caption="What one rounding of the first values does to training: relative "
        "2-norm in float32, over all experiments; where frameworks are compared, in "
        "the first mode of each",
        columns=[
            Column("rows"),
            *(Column(t, moved(m)) for m in when for t in ("median", "largest", "in")),
        ],
        lines=[
            Line(Cell(one), _floors(one, entries, when), framework=one)
            for one in frameworks
        ],
    )


def _urgency(row: Row) -> tuple[bool, int]:
    """Those that ask for work come first."""
    return not is_unexplained(row), list(STATUSES).index(row["status"])


def _line(entry: Entry, row: Row) -> Line:
    return Line(
        Cell(entry.label, target=entry.anchor_of(row)),
        [
            word(row["framework"]),
            word(row["mode"]),
            sign(row["status"]),
            prose(row["reason"], kind="quoted"),
            _cause(row),
        ],
        row=entry.key(row),
    )


def _cause(row: Row) -> Cell:
    if is_unexplained(row):
        return Cell(UNEXPLAINED, icon="!", kind="prose unexplained")
    if command := remedy(row):
        return prose(f"not installed; to get it: {command}")
    return prose(row["cause"] or "as the reason says")


def _floors(framework: str, entries: Sequence[Entry], when: list[str]) -> list[Cell]:
    of_framework = {
        entry.label: [row for row in entry.rows if row["framework"] == framework]
        for entry in entries
    }
    rows = [row for found in of_framework.values() for row in found]
    cells = [counted(sum(row["noise_floor"] is not None for row in rows))]
    for moment in when:
        floors = {label: floor(found, moment) for label, found in of_framework.items()}
        known = {label: n for label, n in floors.items() if n is not None}
        worst = max(known, key=lambda label: known[label], default="")
        cells += [_median(rows, moment), error(known.get(worst)), word(worst)]
    return cells


def _median(rows: Sequence[Row], moment: str) -> Cell:
    floors = [(row["noise_floor"] or {}).get(moment) for row in rows]
    known = [number for number in floors if number is not None]
    return error(statistics.median(known)) if known else Cell()
