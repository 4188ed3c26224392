"""A table for terminals of any width, of which no number and no name is ever broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions
from rich.table import Column, Table

ANY_WIDTH = 10_000  # wider than whatever is shown
WIDE, TIGHT = 1, 0  # what lies between columns, besides a space


class Grid(Table):
    """Columns that follow in further tables if there is no room beside the others.

    Parameters
    ----------
    title : str or Text
        Stands above the first table.
    heads : int
        How many columns say what a row is about; every table begins with them. Where
        they would take more than half of the room, they are stacked in one.
    """

    def __init__(self, title: Any, *, heads: int = 1) -> None:
        super().__init__(title=title)
        self.heads = heads

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Any:
        """The tables, each as wide as there is room."""
        unlimited = options.update(max_width=ANY_WIDTH)

        def width(table: Table) -> int:
            return console.measure(table, options=unlimited).maximum

        def fits(table: Table) -> bool:
            return width(table) <= options.max_width

        for gap in (WIDE, TIGHT):
            if fits(whole := _table(self.columns, self.title, gap)):
                yield whole
                return
        heads, others = self.columns[: self.heads], self.columns[self.heads :]
        if width(_table(heads)) > options.max_width / 2:
            heads = [_stacked(heads)]
        title = self.title
        for chosen in _packed(others, lambda columns: fits(_table([*heads, *columns]))):
            yield _table([*heads, *chosen], title)
            title = None


def _table(columns: Sequence[Column], title: Any = None, gap: int = WIDE) -> Table:
    """A table with little ink."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="dim" if isinstance(title, str) else "",
        box=box.SIMPLE_HEAD,
        padding=(0, gap, 0, 0),
    )
    for column in columns:
        table.add_column(column.header, justify=column.justify, overflow="fold")
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*cells)
    return table


def _packed(
    columns: Sequence[Column], fits: Callable[[list[Column]], bool]
) -> Iterator[list[Column]]:
    """Columns in groups, each as large as fits; one that never fits is alone."""
    chosen: list[Column] = []
    for column in columns:
        if chosen and not fits([*chosen, column]):
            yield chosen
            chosen = []
        chosen.append(column)
    yield chosen


def _stacked(columns: Sequence[Column]) -> Column:
    """Columns as one, whose cells stand below each other."""
    stacked = Table("\n".join(f"{column.header}" for column in columns))
    for cells in zip(*(column.cells for column in columns), strict=True):
        stacked.add_row("\n".join(map(str, cells)))
    return stacked.columns[0]
