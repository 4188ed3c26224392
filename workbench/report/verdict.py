"""What a comparison has shown, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import units
from ..environments import ENVIRONMENTS, how_to_get
from ..equality import GATES

Row = dict[str, Any]

STATUSES = ("equal", "different", "failed", "missing")
_VERBS = {  # of one row, of several
    "different": ("differs", "differ"),
    "failed": ("failed", "failed"),
    "missing": ("is missing", "are missing"),
}
_NUMBERS = (
    *("no", "one", "two", "three", "four", "five"),
    *("six", "seven", "eight", "nine", "ten"),
)


@dataclass(frozen=True)
class Remark:
    """What is to be said about a row, and how to get a framework that is missing."""

    name: str
    status: str
    reason: str
    remedy: str | None


def sentence(document: dict[str, Any]) -> str:
    """Who computed the same, and who did not."""
    rows = document["rows"]
    if not rows:
        return "No framework was compared."
    names = _names_by_status(rows)
    parts = [_agreement(rows, names)]
    for status, (one, several) in _VERBS.items():
        found = names[status]
        if found and not (status == "different" and _is_alone(names)):
            parts.append(f"{listed(found)} {one if len(found) == 1 else several}")
    end = _evidence(document) if len(names["equal"]) == len(rows) > 1 else ""
    return "; ".join(parts) + end + "."


def is_all_equal(document: dict[str, Any]) -> bool:
    """Whether several were compared and every one is equal."""
    rows = document["rows"]
    return len(rows) > 1 and all(row["status"] == "equal" for row in rows)


def remarks(rows: Sequence[Row]) -> list[Remark]:
    """The reasons that rows give, in full."""
    return [
        Remark(name(row, rows), row["status"], row["reason"] or "", _remedy(row))
        for row in rows
        if row["reason"] or row["status"] != "equal"
    ]


def name(row: Row, rows: Sequence[Row]) -> str:
    """The framework, with its mode where it has several."""
    several = sum(other["framework"] == row["framework"] for other in rows) > 1
    return f"{row['framework']} ({row['mode']})" if several else row["framework"]


def listed(names: Sequence[str]) -> str:
    """Names with commas and an "and"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def number(count: int) -> str:
    """A count, as a word if it is small."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _names_by_status(rows: Sequence[Row]) -> dict[str, list[str]]:
    return {
        status: [name(row, rows) for row in rows if row["status"] == status]
        for status in STATUSES
    }


def _is_alone(names: dict[str, list[str]]) -> bool:
    return len(names["equal"]) + len(names["different"]) == 1


def _agreement(rows: Sequence[Row], names: dict[str, list[str]]) -> str:
    equal, different = names["equal"], names["different"]
    if not equal and not different:
        return "No framework finished"
    if _is_alone(names) and equal:
        return f"{equal[0]} ran alone, so there is nothing to compare it with"
    if _is_alone(names):
        return f"{different[0]} ran alone, and what it computed does not hold"
    if len(equal) < 2:
        return "No two frameworks computed the same"
    if len(equal) == len(rows):
        whole = f"all {_everyone(rows)}" if len(rows) > 2 else f"both {_noun(rows)}"
        return f"{whole.capitalize()} computed the same"
    part = number(len(equal)).capitalize()
    return f"{part} of {_everyone(rows)} computed the same ({listed(equal)})"


def _everyone(rows: Sequence[Row]) -> str:
    return f"{number(len(rows))} {_noun(rows)}"


def _noun(rows: Sequence[Row]) -> str:
    """What the rows are."""
    frameworks = len({row["framework"] for row in rows})
    if frameworks == len(rows):
        return "frameworks"
    one = rows[0]["framework"]
    return f"modes of {one if frameworks == 1 else number(frameworks) + ' frameworks'}"


def _evidence(document: dict[str, Any]) -> str:
    """The largest errors beside what is allowed; nothing if a number is not known."""
    gates, rows = GATES["float64"], document["rows"]
    kinds = ("forward_error", "gradient_error", "trajectory_error")
    errors = [[row[kind] for row in rows] for kind in kinds]
    if any(e is None for kind in errors for e in kind):
        return ""
    once = units.error(max(errors[0] + errors[1]))
    trained = units.error(max(errors[2]))
    limits = {gates.forward, gates.gradient}
    return (
        f": in float64, outputs and gradients agree to {once} (allowed "
        f"{units.error(min(limits), digits=0)}), parameters after "
        f"{document['experiment']['steps']} steps to {trained} (allowed "
        f"{units.error(max(gates.trajectory.values()), digits=0)})"
    )


def _remedy(row: Row) -> str | None:
    """The command that installs a missing framework, unless its reason says so."""
    if row["status"] != "missing" or row["framework"] not in ENVIRONMENTS:
        return None
    command = how_to_get(row["framework"])
    return None if command in (row["reason"] or "") else command
