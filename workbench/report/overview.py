"""All experiments at a glance: a matrix of models and modes."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.contract import MODES

from .. import units
from ..document import lack_of_ratios
from ..gates import GATES
from ..rows import STATUSES
from . import verdict
from .deviations import is_unexplained
from .entries import Entry, Row
from .proof import KINDS, errors
from .table import SIGNS

Mode = tuple[str, str]  # framework and mode

# A step's ratio to the basis falls into one of the shades between these limits.
LIMITS = (0.25, 0.5, 0.8, 1.25, 2.0, 4.0)
SHADES = ("< ¼", "< ½", "< 0.8", "≈ 1", "> 1.25", "> 2", "> 4")


@dataclass(frozen=True)
class Square:
    """A row as the matrix shows it.

    Attributes
    ----------
    key, anchor : str
        Of the row, and where its errors stand.
    name : str
        Framework and mode.
    cost : str
        The ratio of its step to the basis; without a basis, the seconds of a step.
    shade : int or None
        Which of `SHADES` the ratio has.
    errors : dict
        By dtype, kind by kind, in words.
    """

    key: str
    anchor: str
    name: str
    status: str
    sign: str
    cost: str
    shade: int | None
    errors: dict[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class Overview:
    """The matrix, and what it shows in one sentence.

    Attributes
    ----------
    modes : dict
        Those that occur, by framework.
    lines : list
        Experiments, each with its squares in the order of the modes; nothing where a
        mode was not asked for.
    bases : str
        What ratios are taken to.
    without_ratios : str
        The experiments of which that was not timed.
    """

    sentence: str
    modes: dict[str, list[str]]
    lines: list[tuple[Entry, list[Square | None]]]
    bases: str
    without_ratios: str


def overview(entries: Sequence[Entry]) -> Overview:
    """Every row of every experiment."""
    modes = modes_of(row for entry in entries for row in entry.rows)
    places = [(f, mode) for f, of_one in modes.items() for mode in of_one]
    without = [e.label for e in entries if lack_of_ratios(e.document)]
    bases = dict.fromkeys(
        e.document["basis"]
        for e in entries
        if e.document["basis"] and e.label not in without
    )
    return Overview(
        sentence=_sentence(entries),
        modes=modes,
        lines=[(entry, _squares(entry, places)) for entry in entries],
        bases=verdict.listed(list(bases)) if bases else "",
        without_ratios=verdict.listed(without) if without else "",
    )


def modes_of(rows: Iterable[Row]) -> dict[str, list[str]]:
    """The modes that occur, by framework, in the order in which they are declared."""
    found = {(row["framework"], row["mode"]) for row in rows}
    known = [(f, mode) for f, of_one in MODES.items() for mode in of_one]
    places = [p for p in known if p in found] + sorted(found - set(known))
    return {
        f: [m for g, m in places if g == f] for f in dict.fromkeys(f for f, _ in places)
    }


def _squares(entry: Entry, places: Sequence[Mode]) -> list[Square | None]:
    rows = {(row["framework"], row["mode"]): row for row in entry.rows}
    return [_square(entry, rows[p]) if p in rows else None for p in places]


def _square(entry: Entry, row: Row) -> Square:
    ratio = units.spread(row["step_ratio"])
    seconds = units.spread(row["step_seconds"])
    cost = units.quantity(seconds.median, units.SECONDS) if seconds else ""
    return Square(
        key=entry.key(row),
        anchor=entry.anchor_of(row),
        name=f"{row['framework']} {row['mode']}",
        status=row["status"],
        sign=SIGNS[row["status"]],
        cost=units.quantity(ratio.median, units.RATIO) if ratio else cost,
        shade=bisect(LIMITS, ratio.median) if ratio else None,
        errors={dtype: _errors(row, dtype) for dtype in GATES},
    )


def _errors(row: Row, dtype: str) -> list[tuple[str, str]]:
    found = zip(KINDS, errors(row, dtype), strict=True)
    return [(kind, units.error(n, digits=0)) for kind, n in found if n is not None]


def _sentence(entries: Sequence[Entry]) -> str:
    """How many rows there are of each kind."""
    rows = [row for entry in entries for row in entry.rows]
    if not rows:
        return "Nothing was compared."
    counts = Counter(row["status"] for row in rows)
    there = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
    parts = [verdict.listed(there)]
    if unexplained := sum(map(is_unexplained, rows)):
        parts.append(f"{unexplained} without a documented cause")
    elif counts["different"]:
        parts.append("every difference has a documented cause")
    if cut := [entry.label for entry in entries if not entry.document["is_complete"]]:
        parts.append(f"interrupted: {', '.join(cut)}")
    made = units.counted(len(entries), "experiment")
    return f"{units.counted(len(rows), 'row')} in {made}: {'; '.join(parts)}."
