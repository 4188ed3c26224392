"""Trainings in the terminal: a table for each model, and what they prove."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from adapters.zoo import MODELS

from ..grid import Grid
from .equivalence import LEVEL, PAIRS, Equivalence
from .summary import Row
from .training import Troubles

STYLES = {"equivalent": "green", "not shown": "yellow", "different": "red"}
COLUMNS = ("mean", "spread", "reached", "difference", "1 ulp", "losses")
WIDTH_WITH_SEEDS = 120
LEGEND = f"""\
difference: from the median of the other frameworks, seed by seed: mean, and
{1 - 2 * LEVEL:.0%} interval; equivalent if that lies within the margin, and at least
{PAIRS} seeds are there of all
1 ulp, losses: what one rounding of the first values changes in the metric, and
at most in a loss, relative"""


def show(rows: Sequence[Row], troubles: Troubles, console: Console) -> None:
    """Print a table for each model, what went wrong, and how to read it."""
    with_seeds = console.width >= WIDTH_WITH_SEEDS
    for model, of_model in groupby(rows, key=lambda row: row.model):
        known = list(of_model)
        console.print(_table(model, known, with_seeds=with_seeds))
        for row in known:
            if row.lacking:
                console.print(Text(_lacking(row), style="red"))
    for name, reason in troubles.missing.items():
        console.print(Text(f"{name}: {reason}", style="dim"))
    for name, reason in troubles.failed.items():
        console.print(Text(f"{name}: {reason}", style="red"))
    if rows:
        console.print(Text(LEGEND, style="dim"))


def _table(model: str, rows: Sequence[Row], *, with_seeds: bool) -> Grid:
    table = Grid(Text(_title(model, rows), style="bold"))
    seeds = dict.fromkeys(seed for row in rows for seed in row.values)
    shown = list(seeds) if with_seeds else []
    table.add_column("framework")
    for name in (*(f"seed {seed}" for seed in shown), *COLUMNS):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in rows:
        each = [_number(row.values.get(seed)) for seed in shown]
        table.add_row(
            row.framework,
            *each,
            *_cells(row),
            Text(row.verdict, STYLES.get(row.verdict, "")),
        )
    return table


def _lacking(row: Row) -> str:
    seeds = ", ".join(map(str, row.lacking))
    return f"{row.framework} lacks seeds that were asked for: {seeds}"


def _title(model: str, rows: Sequence[Row]) -> str:
    sign = "≥" if MODELS[model].higher_is_better else "≤"
    title = f"{model}: {rows[0].metric}, promised {sign} {rows[0].promised:g}"
    margins = [row.equivalence.margin for row in rows if row.equivalence]
    return f"{title}, margin {margins[0]:.2g}" if margins else title


def _cells(row: Row) -> tuple[Text | str, ...]:
    """What stands under `COLUMNS`."""
    is_kept = row.reached == len(row.values)
    reached = Text(f"{row.reached}/{len(row.values)}", style="" if is_kept else "red")
    losses = max(row.loss_noise.values()) if row.loss_noise else None
    return (
        *(_number(row.mean), _number(row.spread, ".1g"), reached),
        _difference(row.equivalence),
        *(_number(row.metric_noise, ".1g"), _number(losses, ".1g")),
    )


def _difference(found: Equivalence | None) -> str:
    """The mean, and half of the interval."""
    if found is None:
        return "–"
    if found.low == found.high == 0:
        return "0"
    return f"{found.mean:+.1g}±{found.high - found.mean:.1g}"


def _number(value: float | None, form: str = ".4g") -> str:
    return "–" if value is None else f"{value:{form}}"
