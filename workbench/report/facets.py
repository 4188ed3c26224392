"""What rows can be filtered by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.contract import FRAMEWORKS, MODES

from ..document import STATUSES
from .entries import Entry, Row


def facets(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """The values that occur, by what they are values of, in an order of their own."""
    pairs = [(entry, row) for entry in entries for row in entry.rows]
    found = [facets_of(entry, row) for entry, row in pairs]
    modes = [mode for of_one in MODES.values() for mode in of_one]
    known = {"framework": FRAMEWORKS, "mode": modes, "status": list(STATUSES)}
    values = {
        name: _ordered((one[name] for one in found), known.get(name, ()))
        for name in ("model", "framework", "mode", "threads", "status")
    }
    return values | {"threads": sorted(values["threads"], key=lambda n: (len(n), n))}


def facets_of(entry: Entry, row: Row) -> dict[str, str]:
    """By what a row is found."""
    return {
        "model": entry.model,
        "framework": row["framework"],
        "mode": row["mode"],
        "threads": str(entry.document["experiment"]["threads"]),
        "status": row["status"],
    }


def _ordered(found: Iterable[str], known: Sequence[str]) -> list[str]:
    """Each value once: those that are known in their order, then the others."""
    values = dict.fromkeys(found)
    return list(dict.fromkeys([*(k for k in known if k in values), *values]))
