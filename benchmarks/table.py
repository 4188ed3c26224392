"""Rows as tables in the terminal: how long, beside PyTorch eager; how it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench import units

from .cases import BASIS
from .rounds import Row

NOTHING = "–"
WORK = {"training": "a training step", "inference": "one sample's prediction"}
# What is told of a beginning: its name, where rows have it, and its unit.
BEGINNING = (
    ("the first one", "first_step_seconds", units.SECONDS),
    ("with a warm cache", "warm_first_step_seconds", units.SECONDS),
    ("growth of the process", "peak_bytes", units.BYTES),
)


def show(rows: Sequence[Row], console: Console) -> None:
    """Print tables of ratios, of beginnings, and the reasons for what is missing."""
    for phase, threads in dict.fromkeys((row.phase, row.threads) for row in rows):
        inside = [r for r in rows if (r.phase, r.threads) == (phase, threads)]
        what = f"{WORK[phase]}, threads: {threads}"
        console.print(f"[bold]{what}[/]; ratio to PyTorch eager, and its quartiles")
        console.print(_table(inside, _ratio, with_aims=True))
        measured = [name for name, field, _ in BEGINNING if _is_known(inside, field)]
        if measured:
            console.print("; ".join(measured))
            console.print(_table(inside, _beginning))
    for reason, names in reasons(rows).items():
        console.print(Text(f"{', '.join(names)}: {reason}", style="red"))


def reasons(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Why numbers are missing, and where."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.reason is not None:
            where = f"{row.framework} {row.mode} ({row.model}, threads: {row.threads})"
            names = found.setdefault(row.reason, [])
            if where not in names:
                names.append(where)
    return found


def _table(
    rows: Sequence[Row], cell: Callable[[Row], str | Text], *, with_aims: bool = False
) -> Table:
    """A line for each contender, its aims below it, and a column for each model."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    models = dict.fromkeys(row.model for row in rows)
    table.add_column("")
    for model in models:
        table.add_column(model, justify="right")
    by_place = {(r.framework, r.mode, r.model): r for r in rows}
    for framework, mode in dict.fromkeys((r.framework, r.mode) for r in rows):
        line = [by_place[framework, mode, model] for model in models]
        table.add_row(f"{framework}\n{mode}", *map(cell, line))
        if with_aims and any(row.aim is not None for row in line):
            table.add_row("to be reached", *map(_aim, line), style="dim")
    return table


def _ratio(row: Row) -> str | Text:
    if row.median_seconds is None:
        return NOTHING
    ratio = row.ratio_to_pytorch_eager
    if ratio is None or (row.framework, row.mode) == (BASIS.framework, BASIS.mode):
        return units.quantity(row.median_seconds, units.SECONDS)
    style = ""
    if row.aim is not None:
        style = "green" if ratio <= row.aim else "yellow"
    text = Text(f"{ratio:.2f}", style=style, justify="right")
    return text.append(f"\n{row.ratio_low:.2f}–{row.ratio_high:.2f}", style="dim")


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    stretch = "" if row.stretch is None else f" ({row.stretch:g})"
    return f"{row.aim:g}{stretch}"


def _is_known(rows: Sequence[Row], field: str) -> bool:
    return any(getattr(row, field) is not None for row in rows)


def _beginning(row: Row) -> str:
    lines = [
        units.quantity(getattr(row, field), unit)
        for _, field, unit in BEGINNING
        if _is_known([row], field)
    ]
    return "\n".join(lines) or NOTHING
