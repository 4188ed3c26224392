"""The atlas in the terminal: a table of all rows, and one row side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.columns import Columns
from rich.console import Console, Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from atlas import listing
from atlas.row import Row, text

from .running import Column, Difference

PANEL_WIDTH = 92  # columns: a line of code, and the frame


def table(rows: Sequence[Row]) -> Table:
    """A line for each row."""
    found = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    found.add_column("row", justify="right")
    found.add_column("topic")
    found.add_column("odd one out")
    theme = None
    for row in rows:
        if row.theme != theme:
            theme = row.theme
            found.add_section()
            found.add_row("", Text(theme, style="dim"), "")
        found.add_row(str(row.number), row.topic, row.odd_one())
    return found


def show(row: Row, columns: Sequence[Column], console: Console) -> None:
    """Print the programs of a row and what they said, side by side if there is room."""
    console.print(f"\n[bold]{row.number}  {row.topic}[/]", highlight=False)
    console.print(Text(row.why))
    console.print(Text(f"odd one out: {row.odd_one()}", style="dim"))
    if row.agreed is not None:
        agreed = text(row.agreed, row.digits)
        console.print(Text(f"to make them equal: {row.remedy} Then: {agreed}"))
    console.print()
    panels = [_panel(row, column) for column in columns]
    if console.width > 2 * PANEL_WIDTH:
        console.print(Columns(panels, width=PANEL_WIDTH))
        return
    for panel in panels:
        console.print(panel)


def _panel(row: Row, column: Column) -> Panel:
    """What one framework says, and what it says when it is made equal."""
    name, result = column.framework, column.results.get(row.slug, {})
    parts: list[Any] = []
    is_odd = name in row.odd()
    for find, kind in ((listing.program, "prints"), (listing.equalised, "equal")):
        code = find(name, row)
        if code is not None:
            if parts:
                parts.append("")
            parts.append(Syntax(code, "python", theme="ansi_dark", word_wrap=True))
        if kind in result:
            style = "bold yellow" if is_odd and kind == "prints" else "green"
            parts.append(Text(f"→ {text(result[kind], row.digits)}", style=style))
    if name in row.absent:
        parts.append(Text(row.absent[name], style="dim"))
    elif column.trouble:
        parts.append(Text(column.trouble, style="red"))
    return Panel(
        Group(*parts),
        title=f"[bold]{name}[/] [dim]{_versions(column)}[/]",
        title_align="left",
        border_style="dim",
    )


def _versions(column: Column) -> str:
    return ", ".join(f"{name} {v}" for name, v in column.versions.items())


def verdict(
    rows: Sequence[Row],
    columns: Sequence[Column],
    found: Sequence[Difference],
    console: Console,
    *,
    holds: bool,
) -> None:
    """Say what was compared, and what differs from what is recorded.

    Parameters
    ----------
    holds
        Whether all that was asked for ran, and is as recorded.
    """
    for column in columns:
        ran = sum(map(len, column.results.values()))
        if column.trouble:
            style = "dim" if column.is_missing else "red"
            console.print(Text(f"{column.framework}: {column.trouble}", style=style))
        else:
            console.print(
                f"{column.framework}: {ran} programs ({_versions(column)})",
                highlight=False,
            )
    for difference in found:
        console.print(Text(str(difference), style="bold red"), soft_wrap=True)
    if holds:
        console.print(f"{len(rows)} rows: as recorded", highlight=False)
