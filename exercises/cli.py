"""The command line `mapping exercise`: list, start, check and grade.

Exit codes: 0 done; 1 a visible test failed; 2 a mistake of the user, told on stderr.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from . import catalogue, view
from .catalogue import Exercise, ExerciseError
from .check import check as checked
from .grader import grade as graded
from .sandbox import why_unverified
from .start import start as started
from .submission import exercise_of, submitted

app = typer.Typer(no_args_is_help=True, help="Build the framework's parts yourself.")

Number = Annotated[str, typer.Argument(help="The exercise's number, as `list` shows.")]


@app.command("list")
def list_() -> None:
    """Show which exercises there are."""
    view.show_exercises(Console(), catalogue.exercises())


@app.command()
def start(
    number: Number,
    to: Annotated[Path | None, typer.Option(help="The work folder.")] = None,
) -> None:
    """Write the task file of an exercise, with its visible tests beside it."""
    with _mistakes_told():
        exercise = catalogue.exercise(number)
        folder = to or _work_folder(exercise)
        view.show_start(Console(), exercise, started(exercise, folder))


@app.command()
def check(
    number: Number,
    folder: Annotated[
        Path | None, typer.Option("--in", help="The work folder.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="The time limit.")] = 30.0,
) -> None:
    """Run the visible tests on your file."""
    with _mistakes_told():
        exercise = catalogue.exercise(number)
        tests = checked(exercise, folder or _work_folder(exercise), seconds=seconds)
    view.show_check(Console(), exercise, tests)
    raise typer.Exit(0 if all(test.passed for test in tests) else 1)


@app.command()
def grade(
    file: Annotated[Path, typer.Argument(help="Your file.")],
    number: Annotated[
        str | None,
        typer.Option("--exercise", help="Its exercise, where its header says none."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Draw the tests of an earlier grade.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run the hidden tests on your file, in a sandbox."""
    with _mistakes_told():
        source = submitted(file)
        exercise = catalogue.exercise(number) if number else exercise_of(source)
    seed = secrets.randbelow(1 << 32) if seed is None else seed
    unverified = why_unverified()
    result = graded(exercise, source, seed=seed, walled=not unverified)
    if as_json:
        print(json.dumps(asdict(result), indent=2))
    else:
        view.show_grade(Console(), exercise, result, unverified=unverified)


def _work_folder(exercise: Exercise) -> Path:
    return Path("work") / exercise.folder.name


@contextmanager
def _mistakes_told() -> Iterator[None]:
    """A user's mistake is one sentence and exit code 2, never a traceback."""
    try:
        yield
    except ExerciseError as mistake:
        view.show_mistake(Console(stderr=True), mistake)
        raise typer.Exit(2) from None
