"""What rows can be filtered by, and which of them pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from adapters.contract import FRAMEWORKS, MODES

from ..errors import UserError, unknown
from ..rows import STATUSES, name
from .entries import Entry, Row

DEFAULT, ALL = "default", "all"  # modes: the first of each framework, and every one


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


def passing(
    entries: Sequence[Entry], wanted: Mapping[str, Collection[str]]
) -> list[Entry]:
    """The entries with those rows that have a wanted value of every wanted facet.

    Entries of which no row passes are left out. The page has the same rules in
    `filter.js`, but for the modes `default` and `all`, which are words of a command.

    Raises
    ------
    UserError
        If a value does not occur, a facet has none, or no row has all.
    """
    _check(entries, wanted)
    kept = [
        replace(entry, document={**entry.document, "rows": rows})
        for entry in entries
        if (rows := [r for r in entry.rows if _passes(entry, r, wanted)]) or not wanted
    ]
    if not kept:
        raise UserError(_nothing(entries, wanted))
    return kept


def _check(entries: Sequence[Entry], wanted: Mapping[str, Collection[str]]) -> None:
    there = facets(entries) | {"model": list(dict.fromkeys(e.model for e in entries))}
    there["mode"] = [DEFAULT, ALL, *there["mode"]]
    for facet, values in wanted.items():
        kind = "number of threads" if facet == "threads" else facet
        if not values:
            raise UserError(f"name at least one {kind} of: {', '.join(there[facet])}")
        for value in values:
            if value not in there[facet]:
                raise unknown(f"{kind} in the last run", value, there[facet])


def _passes(entry: Entry, row: Row, wanted: Mapping[str, Collection[str]]) -> bool:
    has = {facet: {value} for facet, value in facets_of(entry, row).items()}
    is_first = row["mode"] in MODES.get(row["framework"], ())[:1]
    has["mode"] |= {ALL, DEFAULT} if is_first else {ALL}
    return all(has[facet] & set(values) for facet, values in wanted.items())


def _nothing(entries: Sequence[Entry], wanted: Mapping[str, Collection[str]]) -> str:
    """That no row passes, and which there are."""
    words = ", ".join(f"{f} {' or '.join(values)}" for f, values in wanted.items())
    made = [
        f"{entry.model} (threads: {entry.document['experiment']['threads']})"
        for entry in entries
    ]
    rows = [name(row) for entry in entries for row in entry.rows]
    return (
        f"no row of the last run has {words}; there are: {_listed(made)}, of "
        f"{_listed(rows) or 'no framework'}"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _ordered(found: Iterable[str], known: Sequence[str]) -> list[str]:
    """Each value once: those that are known in their order, then the others."""
    values = dict.fromkeys(found)
    return list(dict.fromkeys([*(k for k in known if k in values), *values]))
