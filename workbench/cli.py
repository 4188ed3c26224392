"""The command `mapping`: compare frameworks, make reports, do exercises."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from adapters.contract import TRACED
from exercises.cli import app as exercise_app

from . import atomic, memory, report, table
from .atlas.command import atlas
from .compare_command import compare
from .errors import UserError
from .experiment import experiment
from .options import (
    EXIT_USAGE,
    AsJson,
    Model,
    Output,
    Seed,
    check_place,
    integers,
    names_in,
)
from .recipes.command import recipes
from .show_command import code, show
from .store import existing
from .terminal import heed_termination, interruptible, notes, screen, speak_plainly


class Commands(TyperGroup):
    """All commands; each says so if it is interrupted."""

    def invoke(self, ctx: Any) -> Any:
        """Run the one that was asked for."""
        with interruptible():  # Typer would end without a word
            return super().invoke(ctx)


app = typer.Typer(
    cls=Commands,
    help="Compare deep-learning frameworks side by side, and do the book's exercises.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(exercise_app, name="exercise")
app.command()(compare)
app.command()(show)
app.command()(code)
app.command()(recipes)
app.command()(atlas)


@app.command(name="report")
def remake_report(
    svg: Annotated[
        Path | None, typer.Option(help="Draw the terminal's tables in this file, too.")
    ] = None,
    output: Output = Path("build"),
) -> None:
    """Make the report again from the last run in results.sqlite."""
    check_place("--svg", svg)
    with existing(output / "results.sqlite") as store:
        documents = store.latest()
    screen.print(report.write(documents, output / "report"), soft_wrap=True)
    if svg is not None:
        atomic.replace(svg, table.drawing(documents).encode())


@app.command(name="memory")
def draw_memory(
    model: Model,
    frameworks: Annotated[
        str, typer.Option(help="Names with commas between; they must trace.")
    ] = ",".join(TRACED),
    batch: Annotated[
        int, typer.Option(help="Samples for the step.", **integers("batch"))
    ] = 64,
    seed: Seed = 0,
    as_json: AsJson = False,
    html: Annotated[
        Path | None,
        typer.Option(help="Draw the first as an interactive chart in this file."),
    ] = None,
) -> None:
    """Draw which bytes are live during one training step, and who holds them."""
    names = names_in(frameworks)
    if not names:
        raise UserError(f"name at least one framework of: {', '.join(TRACED)}")
    check_place("--html", html)
    one = experiment(model, steps=2, batch=batch, seed=seed)
    documents = [memory.timeline(one, name) for name in names]
    if as_json:
        print(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2))
    else:
        for document in documents:
            memory.show(document, screen)
    if html is not None:
        atomic.replace(html, memory.page(documents[0]).encode())
        notes.print(f"chart  {html}", highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command; a user's mistake is a message and exit code 2."""
    speak_plainly()
    heed_termination()
    try:
        with interruptible():
            app()
    except UserError as error:
        _refuse(str(error))
    except MemoryError as error:
        _refuse(f"memory is exhausted: {error}".removesuffix(": "))


def _refuse(message: str) -> None:
    notes.print("[bold red]mapping:[/]", Text(message), soft_wrap=True)
    sys.exit(EXIT_USAGE)
