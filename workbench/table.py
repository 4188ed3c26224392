"""A comparison as tables in the terminal: equality first, cost below."""

from __future__ import annotations

import io
import re
from typing import Any

from rich.console import Console
from rich.text import Text

from . import units
from .document import lack_of_ratios
from .environments import ENVIRONMENTS
from .grid import Grid
from .rows import INTERRUPTED, is_passed, name

NOTHING = "–"
SVG_COLUMNS = 84
_SHORT = {"mean squared error": "error"}
STYLES = {
    "equal": "green",
    "alone": "yellow",
    "different": "bold red",
    "failed": "red",
    "missing": "dim",
    "unsupported": "dim",
}


def show(document: dict[str, Any], console: Console) -> None:
    """Print a document."""
    experiment, rows = document["experiment"], document["rows"]
    console.print()
    console.print(
        f"[bold]{experiment['model']}[/]  {experiment['steps']} steps of "
        f"{experiment['batch']} samples, threads: {experiment['threads']}, "
        f"seed {experiment['seed']}",
        highlight=False,
    )
    if not document["is_complete"]:
        console.print(f"[yellow]{INTERRUPTED}[/]")
    console.print(equality_table(rows))
    timed = [row["framework"] for row in rows if row["step_seconds"]]
    if timed:
        console.print(cost_table(document))
    for framework in dict.fromkeys(timed):
        if remark := ENVIRONMENTS[framework].remark:
            console.print(Text(f"{framework} {remark}"))
    for row in rows:
        for words in filter(None, (row["reason"], row["cause"], row["remark"])):
            said = f"{name(row)}: {words}"
            console.print(Text(said, style=STYLES[row["status"]]))


def drawing(documents: list[dict[str, Any]]) -> str:
    """Documents as an SVG picture of a terminal that asks no other host for a font."""
    console = Console(record=True, width=SVG_COLUMNS, file=io.StringIO())
    for document in documents:
        show(document, console)
    svg = console.export_svg(title="make compare")
    return re.sub(r"@font-face\s*{[^}]*}", "", svg)


def overview(documents: list[dict[str, Any]]) -> Grid:
    """Every model in every row: its step as a ratio, or why there is none."""
    keys = list(
        dict.fromkeys(
            (row["framework"], row["mode"]) for d in documents for row in d["rows"]
        )
    )
    without = [d["experiment"]["model"] for d in documents if lack_of_ratios(d)]
    bases = ", ".join(dict.fromkeys(d["basis"] for d in documents if d["basis"]))
    title = f"all models: step as a ratio to {bases}" if bases else "all models"
    if without:
        title += f", which was not timed for {', '.join(dict.fromkeys(without))}"
    threads = [f"{document['experiment']['threads']}" for document in documents]
    several = len(set(threads)) > 1
    table = Grid(title, heads=2 if several else 1)
    table.add_column("model")
    if several:
        table.add_column("threads", justify="right")
    for framework, mode in keys:
        table.add_column(f"{framework}\n{mode}", justify="right")
    for document, count in zip(documents, threads, strict=True):
        cells = [_summary(document, framework, mode) for framework, mode in keys]
        heads = [document["experiment"]["model"], *([count] if several else [])]
        table.add_row(*heads, *cells)
    return table


def _summary(document: dict[str, Any], framework: str, mode: str) -> Text:
    for row in document["rows"]:
        if (row["framework"], row["mode"]) == (framework, mode):
            ratio, style = row["step_ratio"], STYLES[row["status"]]
            is_timed = is_passed(row) and ratio is not None
            return Text(f"{ratio['median']:.2f}" if is_timed else row["status"], style)
    return Text(NOTHING)


def equality_table(rows: list[dict[str, Any]]) -> Grid:
    """What was proved: the largest relative errors in float64, and what was learned."""
    learned = next((row["metric"]["name"] for row in rows if row["metric"]), "learned")
    table = Grid("equality in float64: largest relative error", heads=2)
    table.add_column("framework")
    table.add_column("mode")
    table.add_column("status")
    errors = ("forward", "gradient", "trajectory")
    for heading in ("steps", *errors, _SHORT.get(learned, learned)):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row["framework"],
            row["mode"],
            Text(_status(row), style=STYLES[row["status"]]),
            NOTHING if row["steps"] is None else str(row["steps"]),
            _error(row["forward_error"]),
            _error(row["gradient_error"]),
            _error(row["trajectory_error"]),
            _metric(row["metric"]),
        )
    return table


def _status(row: dict[str, Any]) -> str:
    """The status; of what differs in float32 alone, that: its errors are not shown."""
    is_seen = not row["beyond"] or any("float64" in error for error in row["beyond"])
    return row["status"] if is_seen else f"{row['status']} in float32"


def cost_table(document: dict[str, Any]) -> Grid:
    """What it cost: medians over rounds, with quartiles for the ratio."""
    rows, basis, lack = document["rows"], document["basis"], lack_of_ratios(document)
    ratio = f"; ratio of steps to {basis}, with quartiles" if basis else ""
    ratio = f"; {lack}" if lack else ratio
    names = [row["framework"] for row in rows]
    several = len(set(names)) < len(names)
    table = Grid(f"cost in float32{ratio}", heads=2 if several else 1)
    for heading in ("framework", "mode") if several else ("framework",):
        table.add_column(heading)
    for heading in ("step", "ratio", "1 sample", "import", "1st step", "memory"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            *((row["framework"], row["mode"]) if several else (row["framework"],)),
            _median(row["step_seconds"]),
            _ratio(row["step_ratio"]),
            _median(row["latency_seconds"]),
            _seconds(row["import_seconds"]),
            _seconds(row["first_step_seconds"]),
            _quantity(row["peak_bytes"], units.BYTES),
        )
    return table


def _error(error: float | None) -> str:
    return NOTHING if error is None else units.error(error)


def _median(spread: dict[str, float] | None) -> str:
    return NOTHING if spread is None else _seconds(spread["median"])


def _seconds(duration: float | None) -> str:
    return _quantity(duration, units.SECONDS)


def _quantity(number: float | None, unit: units.Unit) -> str:
    return NOTHING if number is None else units.quantity(number, unit)


def _ratio(spread: dict[str, float] | None) -> str:
    if spread is None:
        return NOTHING
    return f"{spread['median']:.2f} ({spread['low']:.2f}–{spread['high']:.2f})"


def _metric(metric: dict[str, Any] | None) -> str:
    if metric is None or metric["value"] is None:
        return NOTHING
    return units.metric(metric["name"], metric["value"])
