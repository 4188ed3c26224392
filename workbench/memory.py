"""The timeline of live bytes: what one training step allocates, holds and frees.

A worker trains one step on a device that traces every event; here the events become a
document, a chart in the terminal, and a page that works offline.
"""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.contract import FRAMEWORKS, MODES, TRACED

from . import machine, units
from .errors import UserError, unknown
from .experiment import Experiment
from .laboratory import Laboratory
from .process import Failed, Missing
from .report.files import plotly
from .request import LIMIT_SECONDS

SCHEMA_VERSION = 1
DTYPE = "float32"
HEIGHT = 12  # of the chart, in lines
MOST_COLUMNS = 100
LISTED_HOLDERS = 8
EIGHTHS = " ▁▂▃▄▅▆▇█"

Event = dict[str, Any]


def timeline(
    experiment: Experiment, framework: str, *, limit_seconds: float = LIMIT_SECONDS
) -> dict[str, Any]:
    """Record one training step.

    Returns
    -------
    dict
        `held` are the events that made the blocks which are there before the step,
        `held_bytes` their sum; `events` are those of the step, and `peak` says after
        how many of them the most was live, how many bytes, and in which blocks.

    Raises
    ------
    UserError
        If there is no such framework, or it does not say what it allocates.
    """
    mode, inputs = _traced_mode(framework), experiment.inputs(DTYPE)
    with Laboratory(limit_seconds=limit_seconds) as laboratory:
        path = laboratory.folder / f"{DTYPE}.npz"
        np.savez(path, allow_pickle=False, **inputs)
        cores = laboratory.cores[: experiment.threads]
        try:
            with laboratory.worker(framework, cores) as worker:
                answer = worker.ask(
                    "timeline", inputs=str(path), **experiment.options(mode)
                )
                versions = worker.versions
        except (Failed, Missing) as error:
            raise UserError(f"{framework}: {error}") from None
    return {
        "schema": SCHEMA_VERSION,
        "experiment": experiment.as_json(),
        "machine": machine.description(),
        "framework": framework,
        "mode": mode,
        "dtype": DTYPE,
        "versions": versions,
        **summary(answer["events"], answer["start"]),
    }


def _traced_mode(framework: str) -> str:
    """The mode in which every op allocates its own result."""
    if framework not in FRAMEWORKS:
        raise unknown("framework", framework, FRAMEWORKS)
    if framework not in TRACED:
        raise UserError(
            f"{framework} does not say what it allocates; "
            f"there are: {', '.join(TRACED)}"
        )
    return next(mode for mode in MODES[framework] if mode == "eager")


def summary(events: list[Event], start: int) -> dict[str, Any]:
    """What is held before event `start`, the events from there, and their peak."""
    held, step = live(events[:start]), events[start:]
    held_bytes = sum(event["nbytes"] for event in held)
    curve = [held_bytes, *(event["live_bytes"] for event in step)]
    most = int(np.argmax(curve))
    return {
        "held": held,
        "held_bytes": held_bytes,
        "events": step,
        "peak": {
            "after": most,
            "live_bytes": curve[most],
            "holders": live([*held, *step[:most]]),
        },
    }


def live(events: list[Event]) -> list[Event]:
    """The events that made the blocks which are live at the end, the largest first."""
    blocks: dict[int, Event] = {}
    for event in events:
        if event["action"] == "allocate":
            blocks[event["offset"]] = event
        else:
            del blocks[event["offset"]]
    return sorted(blocks.values(), key=lambda event: -event["nbytes"])


def show(document: dict[str, Any], console: Console) -> None:
    """Print the chart, the peak and who holds it."""
    experiment, peak = document["experiment"], document["peak"]
    console.print(
        f"\n[bold]{experiment['model']}[/]  one training step of {experiment['batch']} "
        f"samples on {document['framework']} ({document['mode']}, {document['dtype']})",
        highlight=False,
    )
    width = min(console.width, MOST_COLUMNS)
    for line in chart(document, width):
        console.print(Text(line, style="cyan"), no_wrap=True, overflow="crop")
    before = units.quantity(document["held_bytes"], units.BYTES)
    console.print(
        f"peak {units.quantity(peak['live_bytes'], units.BYTES)} after event "
        f"{peak['after']} of {len(document['events'])}; {before} are held between "
        f"steps",
        highlight=False,
    )
    console.print(holders_table(document))


def chart(document: dict[str, Any], width: int) -> list[str]:
    """Live bytes over the events of a step, as lines of text.

    Every column stands for some events, or several for one; it is as high as the most
    that was live in them.
    """
    curve = [document["held_bytes"], *(e["live_bytes"] for e in document["events"])]
    top = max(max(curve), 1)
    labels = [units.quantity(bytes_, units.BYTES) for bytes_ in (top, top / 2)]
    margin = max(map(len, labels))
    columns = max(width - margin - 2, 10)
    edges = np.linspace(0, len(curve), columns + 1)
    bars = [
        max(curve[int(low) : max(int(np.ceil(high)), int(low) + 1)])
        for low, high in pairwise(edges)
    ]
    names = {HEIGHT: labels[0], HEIGHT // 2: labels[1]}
    lines = []
    for row in range(HEIGHT, 0, -1):
        cells = (round(8 * (HEIGHT * bar / top - row + 1)) for bar in bars)
        text = "".join(EIGHTHS[min(max(cell, 0), 8)] for cell in cells)
        lines.append(f"{names.get(row, ''):>{margin}} ┤{text}".rstrip())
    lines.append(f"{'0':>{margin}} ┼{'─' * columns}")
    last = f"event {len(document['events'])}"
    lines.append(f"{'':>{margin}}  0{last:>{columns - 1}}")
    return lines


def holders_table(document: dict[str, Any]) -> Table:
    """The largest blocks at the peak, and since when they are held."""
    holders = document["peak"]["holders"]
    numbers = {id(e): n for n, e in enumerate(document["events"], start=1)}
    table = Table(title="held at the peak", title_justify="left", title_style="dim")
    table.box = None
    table.add_column("bytes", justify="right")
    table.add_column("made by")
    table.add_column("array")
    table.add_column("since event", justify="right")
    for event in holders[:LISTED_HOLDERS]:
        table.add_row(
            f"{event['nbytes']:,}",
            event["maker"],
            f"{event['dtype']}{event['shape']}",
            str(numbers.get(id(event), "before")),
        )
    rest = [event["nbytes"] for event in holders[LISTED_HOLDERS:]]
    if rest:
        table.add_row(f"{sum(rest):,}", f"{len(rest)} smaller blocks", "", "")
    return table


def page(document: dict[str, Any]) -> str:
    """An interactive chart as one HTML file that asks nothing of another machine."""
    environment = Environment(
        loader=PackageLoader("workbench"), undefined=StrictUndefined, autoescape=True
    )
    templates = files("workbench") / "templates"
    return environment.get_template("memory.html").render(
        document=document,
        peak=units.quantity(document["peak"]["live_bytes"], units.BYTES),
        plotly=plotly().read_text(encoding="utf-8"),
        script=(templates / "memory.js").read_text(encoding="utf-8"),
        data=json.dumps(document).replace("<", "\\u003c"),
    )
