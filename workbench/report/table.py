"""A table as a value: the template prints it, and knows nothing of frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from .. import units

SIGNS = {
    "equal": "✓",
    "alone": "◇",
    "different": "≠",
    "failed": "✕",
    "unsupported": "⊘",
    "missing": "○",
}


@dataclass(frozen=True)
class Cell:
    """One entry.

    Attributes
    ----------
    text : str
        Empty for what is not known.
    key : float or str
        By which it is sorted; nothing sorts last.
    detail : str
        Small print.
    icon : str
        A sign for the eye; the text says the same.
    kind : str
        What it looks like.
    target : str
        The id of what it is a link to.
    """

    text: str = ""
    key: float | str | None = None
    detail: str = ""
    icon: str = ""
    kind: str = "number"
    target: str = ""


@dataclass(frozen=True)
class Column:
    """A heading, the heading above it, what it means, and the row it is about."""

    title: str
    group: str = ""
    meaning: str = ""
    kind: str = "number"
    row: str = ""


@dataclass(frozen=True)
class Line:
    """The cells of one line after its head.

    Attributes
    ----------
    framework : str
        Whose colour and shape stand before the head.
    row : str
        The row of a document that the line is about, by its key.
    anchor : str
        The id of the line.
    """

    head: Cell
    cells: list[Cell]
    framework: str = ""
    row: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Table:
    """Lines under columns.

    Attributes
    ----------
    head : str
        The title of the first column.
    foot : list of Cell
        A last line that is not sorted.
    """

    name: str
    caption: str
    columns: list[Column]
    lines: list[Line]
    head: str = "framework"
    foot: list[Cell] = field(default_factory=list)

    @property
    def is_grouped(self) -> bool:
        """Whether there are upper headings."""
        return any(column.group for column in self.columns)

    def groups(self) -> Iterator[tuple[str, str, int]]:
        """The upper headings, the rows they are about, and how wide they are."""
        keys = groupby((column.group, column.row) for column in self.columns)
        for (title, row), columns in keys:
            yield title, row, len(list(columns))

    def meanings(self) -> list[Column]:
        """The columns that need an explanation."""
        return [column for column in self.columns if column.meaning]


def heading(row: dict[str, Any]) -> Cell:
    """The framework's name, and beside it if it is not one of the equal."""
    return Cell(
        row["framework"], detail="" if row["status"] == "equal" else row["status"]
    )


def word(text: str) -> Cell:
    """Text, sorted by the alphabet."""
    return Cell(text, text or None, kind="word")


def prose(text: str | None, *, kind: str = "") -> Cell:
    """Text that may need several lines."""
    return Cell(text or "", text or None, kind=f"prose {kind}".strip())


def sign(status: str) -> Cell:
    """A status, with a sign for the eye."""
    return Cell(status, status, icon=SIGNS[status], kind=f"word is-{status}")


def measured(measurement: object, unit: units.Unit) -> Cell:
    """A number or a spread, in small print its quartiles."""
    found = units.spread(measurement)
    if found is None:
        return Cell()
    return Cell(
        text=units.quantity(found.median, unit),
        key=found.median,
        detail=units.interval(found, unit),
    )


def counted(number: int | None) -> Cell:
    """A whole number."""
    return Cell() if number is None else Cell(f"{number}", number)


def error(number: float | None, *, is_beyond: bool = False) -> Cell:
    """A relative error; one that is not within its gate is marked."""
    if number is None:
        return Cell()
    return Cell(
        text=units.error(number),
        key=number,
        icon="≠" if is_beyond else "",
        kind="number over" if is_beyond else "number",
    )
