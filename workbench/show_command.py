"""The commands `mapping show` and `mapping code`: a run once more, and the code."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from adapters.contract import FRAMEWORKS, files
from adapters.zoo import MODELS

from . import table, units
from .errors import unknown
from .grid import Grid
from .options import Model, Output, Passing, frameworks_in, names_in
from .report import listings
from .report.entries import entries
from .report.facets import passing
from .store import existing
from .terminal import screen

SPARKS = "▁▂▃▄▅▆▇█"
SPARK_COLUMNS = 40
WIDTH_OF_LONG_SPARKS = 100  # of a terminal; in a narrower one, they are half as long
THEME = "ansi_dark"
LEAST_COLUMNS = 60  # of a program beside another; narrower, most of its lines break


def show(
    models: Annotated[
        list[str] | None, typer.Argument(help="All that were compared, by default.")
    ] = None,
    frameworks: Passing = None,
    modes: Passing = None,
    threads: Passing = None,
    output: Output = Path("build"),
) -> None:
    """Show the last comparison again, with every layer and the losses on the way."""
    asked = {"framework": frameworks, "mode": modes, "threads": threads}
    wanted = {f: names_in(text) for f, text in asked.items() if text is not None}
    with existing(output / "results.sqlite") as store:
        known = entries(store.latest())
    if models:
        wanted["model"] = models
        known.sort(key=lambda e: [*models, e.model].index(e.model))
    shown = passing(known, wanted)
    for entry in shown:
        table.show(entry.document, screen)
        screen.print(layers_table(entry.rows))
        screen.print(losses_table(entry.rows, spark_columns(screen.width)))
    if len(shown) > 1:
        screen.print(table.overview([entry.document for entry in shown]))


def code(
    model: Model,
    frameworks: Annotated[
        str, typer.Option(help="Two names with a comma between, or more.")
    ] = "reference,pytorch",
    file: Annotated[
        str | None,
        typer.Option(help="Another file of the adapters, such as optim.py."),
    ] = None,
) -> None:
    """Show a model's code in several frameworks, side by side, with line counts."""
    if model not in MODELS:
        raise unknown("model", model, MODELS)
    names = frameworks_in(frameworks)
    there = list(dict.fromkeys(f for name in names for f in files(name)))
    if file is not None and file not in there:
        raise unknown("file", file, there)
    shown = file or listings.model_file(model)
    if screen.width >= LEAST_COLUMNS * len(names):
        screen.print(side_by_side(shown, names))
    else:
        screen.print(one_below_the_other(shown, names))


def spark_columns(width: int) -> int:
    """How wide drawings are in a terminal of a width."""
    return SPARK_COLUMNS if width >= WIDTH_OF_LONG_SPARKS else SPARK_COLUMNS // 2


def layers_table(rows: Sequence[dict[str, Any]]) -> Grid:
    """Every layer: its largest errors in float64, and its time in each framework."""
    first = {row["framework"]: row for row in reversed(rows) if row["layers"]}
    shown = [name for name in FRAMEWORKS if name in first]
    shown = [name for name in shown if any(x["seconds"] for x in first[name]["layers"])]
    times = "; time forward, op by op" if shown else ""
    grid = Grid(f"layers: largest errors in float64{times}")
    grid.add_column("layer")
    for heading in ("forward", "gradient", *shown):
        grid.add_column(heading, justify="right")
    layers = {
        layer["name"]: [
            one
            for row in rows
            for one in row["layers"] or []
            if one["name"] == layer["name"]
        ]
        for row in first.values()
        for layer in row["layers"]
    }
    for name, found in layers.items():
        errors = [_largest(found, kind) for kind in ("forward", "gradient")]
        seconds = [_seconds(first[framework], name) for framework in shown]
        grid.add_row(name, *errors, *seconds)
    return grid


def losses_table(rows: Sequence[dict[str, Any]], columns: int = SPARK_COLUMNS) -> Grid:
    """The losses of each row as a small drawing, from the first step to the last."""
    title = "losses in float32; all steps that were compared, on one scale"
    grid = Grid(title, heads=3)
    grid.add_column("framework")
    grid.add_column("mode")
    grid.add_column("loss")
    for heading in ("first", "last"):
        grid.add_column(heading, justify="right")
    grid.add_column("all steps")
    scales = _scales(rows)
    for row in rows:
        for objective, losses in (row["losses"] or {}).items():
            ends = [units.significant(losses[i], 4) for i in (0, -1)]
            name = objective.removesuffix("_loss")
            drawing = spark(losses, *scales[objective], columns=columns)
            grid.add_row(row["framework"], row["mode"], name, *ends, drawing)
    return grid


def spark(
    numbers: Sequence[float], low: float, high: float, *, columns: int = SPARK_COLUMNS
) -> str:
    """Numbers as blocks of eight heights; each column is the mean of some."""
    count = min(columns, len(numbers))
    edges = [len(numbers) * i // count for i in range(count + 1)]
    means = [sum(numbers[a:b]) / (b - a) for a, b in pairwise(edges)]
    scale = (len(SPARKS) - 1) / ((high - low) or 1.0)
    return "".join(
        SPARKS[min(max(round((mean - low) * scale), 0), len(SPARKS) - 1)]
        if math.isfinite(mean)
        else "?"
        for mean in means
    )


def side_by_side(file: str, frameworks: Sequence[str]) -> Table:
    """A file of the adapters in columns; lines that not all have in common are marked.

    Every public name begins on the same line in all columns.
    """
    grid = Table(box=None, padding=(0, 1), title=file, title_justify="left")
    for name in frameworks:
        grid.add_column(_heading(name, file), overflow="fold", ratio=1)
    for parts in _marked(file, frameworks):
        grid.add_row(*("" if part is None else part for part in parts))
    return grid


def one_below_the_other(file: str, frameworks: Sequence[str]) -> Group:
    """The same for a narrow terminal: of every public name, each framework's version.

    What comes before the first name is shown likewise.
    """
    headings = [_heading(name, file) for name in frameworks]
    shown: list[RenderableType] = [Text(file, style="italic")]
    for parts in _marked(file, frameworks):
        for heading, part in zip(headings, parts, strict=True):
            if part is not None:
                shown += [Rule(Text(heading, style="bold"), align="left"), part]
    return Group(*shown)


def _heading(framework: str, file: str) -> str:
    return f"{framework}, {listings.count(framework, file) or 0} lines"


def _marked(file: str, frameworks: Sequence[str]) -> Iterator[list[Syntax | None]]:
    """Part by part, the program of each framework; nothing where one has no more."""
    texts = [
        listings.source(name, file) or f"# {name} has no {file}\n"
        for name in frameworks
    ]
    common = listings.common(texts)
    shared = [{places[i] + 1 for places in common} for i in range(len(texts))]
    for parts in zip_longest(*map(_parts, texts)):
        pairs = zip(parts, shared, strict=True)
        yield [None if p is None else _listing(p, lines) for p, lines in pairs]


class Part(NamedTuple):
    """Some lines of a program, and the number of the first."""

    start: int
    lines: list[str]


def _parts(text: str) -> list[Part]:
    """A program in parts, of which each but the first begins with a public name."""
    starts = [0]
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            decorators = [one.lineno for one in node.decorator_list]
            starts.append(min([node.lineno, *decorators]) - 1)
    lines = text.splitlines()
    return [Part(a + 1, lines[a:b]) for a, b in pairwise([*starts, len(lines)])]


def _listing(part: Part, shared: set[int]) -> Syntax:
    """A part with the numbers of its lines; those that are not shared are marked."""
    numbers = range(part.start, part.start + len(part.lines))
    return Syntax(
        "\n".join(part.lines),
        "python",
        theme=THEME,
        line_numbers=True,
        start_line=part.start,
        highlight_lines=set(numbers) - shared,
        word_wrap=True,
        background_color="default",
    )


def _largest(layers: Sequence[dict[str, Any]], kind: str) -> Text:
    known = [layer[kind] for layer in layers if layer[kind] is not None]
    return Text(units.error(max(known)) if known else table.NOTHING)


def _seconds(row: dict[str, Any], layer: str) -> str:
    found = next(
        (one["seconds"] for one in row["layers"] if one["name"] == layer), None
    )
    median = None if found is None else found["median"]
    return table.NOTHING if median is None else units.quantity(median, units.SECONDS)


def _scales(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """The smallest and the largest finite loss of each objective in any row."""
    everything: dict[str, list[float]] = {}
    for row in rows:
        for objective, losses in (row["losses"] or {}).items():
            everything.setdefault(objective, []).extend(filter(math.isfinite, losses))
    return {
        n: (min(v, default=0.0), max(v, default=0.0)) for n, v in everything.items()
    }
