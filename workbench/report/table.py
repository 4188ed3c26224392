"""A table as a value: the template prints it, and knows nothing of frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .. import units


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
    """

    text: str = ""
    key: float | str | None = None
    detail: str = ""
    icon: str = ""
    kind: str = "number"


@dataclass(frozen=True)
class Column:
    """A heading, the heading above it, and what the column means."""

    title: str
    group: str = ""
    meaning: str = ""
    kind: str = "number"


@dataclass(frozen=True)
class Line:
    """The cells of one framework, after the one that names it."""

    framework: str
    head: Cell
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """Lines under columns; the first column names the framework.

    Attributes
    ----------
    foot : list of Cell
        A last line that is no framework's and is not sorted.
    """

    name: str
    caption: str
    columns: list[Column]
    lines: list[Line]
    foot: list[Cell]

    @property
    def is_grouped(self) -> bool:
        """Whether there are upper headings."""
        return any(column.group for column in self.columns)

    def groups(self) -> Iterator[tuple[str, int]]:
        """The upper headings, and over how many columns each stands."""
        for title, columns in groupby(self.columns, key=lambda column: column.group):
            yield title, len(list(columns))

    def meanings(self) -> list[Column]:
        """The columns that need an explanation."""
        return [column for column in self.columns if column.meaning]


def line(row: dict[str, Any], *cells: Cell) -> Line:
    """A line that says beside the framework's name if it is not one of the equal."""
    status = "" if row["status"] == "equal" else row["status"]
    return Line(row["framework"], Cell(row["framework"], detail=status), list(cells))


def word(text: str) -> Cell:
    """Text, sorted by the alphabet."""
    return Cell(text, text, kind="word")


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


def error(number: float | None, *, allowed: float = float("inf")) -> Cell:
    """A relative error; one that is not allowed is marked."""
    if number is None:
        return Cell()
    is_over = not number <= allowed
    return Cell(
        text=units.error(number),
        key=number,
        icon="≠" if is_over else "",
        kind="number over" if is_over else "number",
    )
