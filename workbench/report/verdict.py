"""What a comparison has shown, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import units
from ..rows import INTERRUPTED, STATUSES
from .deviations import is_unexplained, remedy
from .entries import Row, name
from .proof import limits

MOST_NAMES = 4  # of rows that agree; with more, those that do not are the shorter list
_VERBS = {  # of one row, of several; those that agree have a sentence of their own
    "different": ("differs", "differ"),
    "failed": ("failed", "failed"),
    "unsupported": ("does not support it", "do not support it"),
    "missing": ("is missing", "are missing"),
}
_NUMBERS = (
    *("no", "one", "two", "three", "four", "five"),
    *("six", "seven", "eight", "nine", "ten"),
)


@dataclass(frozen=True)
class Remark:
    """What is to be said about a row.

    Attributes
    ----------
    reason, cause : str
        What was found, and why it is so; empty if nobody has said it.
    remark : str
        What is worth knowing though nothing is wrong.
    remedy : str or None
        How to get a framework that is missing.
    """

    name: str
    status: str
    reason: str
    cause: str
    remark: str
    remedy: str | None
    is_unexplained: bool


def sentence(document: dict[str, Any]) -> str:
    """Who computed the same, and who did not."""
    rows = document["rows"]
    if not rows:
        return "No framework was compared."
    begin = "" if document["is_complete"] else f"{INTERRUPTED}. "
    names = _names_by_status(rows)
    parts = [_agreement(rows, names)]
    for status, found in names.items():
        is_told = status not in _VERBS or (status == "different" and _is_alone(names))
        if found and not is_told:
            one, several = _VERBS[status]
            verb = one if len(found) == 1 else several
            parts.append(f"{listed(found)} {verb}{_known_cause(status, rows)}")
    end = _evidence(document) if len(names["equal"]) == len(rows) > 1 else ""
    return begin + "; ".join(parts) + end + "."


def is_all_equal(document: dict[str, Any]) -> bool:
    """Whether several were compared, to the end, and every one is equal."""
    rows, is_complete = document["rows"], document["is_complete"]
    all_equal = all(row["status"] == "equal" for row in rows)
    return is_complete and len(rows) > 1 and all_equal


def remarks(rows: Sequence[Row]) -> list[Remark]:
    """What rows have to say, in full; those that are equal come last."""
    said = [
        Remark(
            name(row, rows),
            row["status"],
            row["reason"] or "",
            row["cause"] or "",
            row["remark"] or "",
            remedy(row),
            is_unexplained(row),
        )
        for row in rows
        if row["reason"] or row["remark"] or row["status"] != "equal"
    ]
    return sorted(said, key=lambda remark: remark.status == "equal")


def listed(names: Sequence[str]) -> str:
    """Names with commas and an "and"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def number(count: int) -> str:
    """A count, as a word if it is small."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _known_cause(status: str, rows: Sequence[Row]) -> str:
    """That differences are explained, if all of them are."""
    found = [row for row in rows if row["status"] == status]
    is_explained = status == "different" and all(row["cause"] for row in found)
    return ", for a documented cause" if is_explained else ""


def _names_by_status(rows: Sequence[Row]) -> dict[str, list[str]]:
    return {
        status: [name(row, rows) for row in rows if row["status"] == status]
        for status in STATUSES
    }


def _is_alone(names: dict[str, list[str]]) -> bool:
    return sum(len(names[status]) for status in ("equal", "alone", "different")) == 1


def _agreement(rows: Sequence[Row], names: dict[str, list[str]]) -> str:
    equal, alone, different = names["equal"], names["alone"], names["different"]
    if not equal and not alone and not different:
        return "No framework finished"
    if _is_alone(names) and not different:
        (one,) = alone or equal
        return f"{one} ran alone, so there is nothing to compare it with"
    if _is_alone(names):
        return f"{different[0]} ran alone, and what it computed does not hold"
    if len(alone) > 1:
        return f"{listed(alone)} agree, and no other framework was compared with them"
    if len(equal) < 2:
        return "No two frameworks computed the same"
    if len(equal) == len(rows):
        whole = f"all {_everyone(rows)}" if len(rows) > 2 else f"both {_noun(rows)}"
        return f"{whole.capitalize()} computed the same"
    part = number(len(equal)).capitalize()
    names_them = f" ({listed(equal)})" if len(equal) <= MOST_NAMES else ""
    return f"{part} of {_everyone(rows)} computed the same{names_them}"


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
    rows = document["rows"]
    kinds = ("forward_error", "gradient_error", "trajectory_error")
    errors = [[row[kind] for row in rows] for kind in kinds]
    if any(e is None for kind in errors for e in kind):
        return ""
    once = units.error(max(errors[0] + errors[1]))
    trained = units.error(max(errors[2]))
    gates = [_gate("forward"), _gate("gradient")]
    return (
        f": in float64, outputs and gradients agree to {once} (allowed "
        f"{units.error(min(gates), digits=0)}), trainings of "
        f"{_steps(document)} steps to {trained} (allowed "
        f"{units.error(_gate('trajectory'), digits=0)})"
    )


def _gate(kind: str) -> float:
    return max(gate for _, gate in limits("float64", kind))


def _steps(document: dict[str, Any]) -> str:
    """How many steps were compared; slow modes may have made fewer."""
    asked = document["experiment"]["steps"]
    least = min(row["steps"] or asked for row in document["rows"])
    return f"{asked}" if least == asked else f"{least} to {asked}"
