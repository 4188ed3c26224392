"""The command `mapping atlas`: list differences, show one, check them all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from atlas.row import Row
from atlas.rows import ROWS

from ..errors import UserError
from ..options import (
    EVERY_FRAMEWORK,
    EXIT_DIFFERENT,
    AsJson,
    Frameworks,
    frameworks_in,
)
from ..terminal import screen
from . import show
from .document import document
from .running import Column, differences, run


def atlas(
    rows: Annotated[
        list[str] | None,
        typer.Argument(help="Numbers or names of rows, which are run and shown."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--run", help="Run the rows, by default all; say what changed."),
    ] = False,
    frameworks: Frameworks = EVERY_FRAMEWORK,
    as_json: AsJson = False,
) -> None:
    """List the differences between frameworks, show one, or check that they hold."""
    chosen, names = _rows(rows or []), frameworks_in(frameworks)
    is_run = check or bool(rows)
    columns = run(chosen, names) if is_run else []
    found = differences(chosen, columns)
    is_held = holds(columns, found)
    if as_json:
        print(json.dumps(document(chosen, columns), indent=2))
    elif not is_run:
        screen.print(show.table(chosen))
    else:
        for row in [] if check else chosen:
            show.show(row, columns, screen)
        if check or found:
            show.verdict(chosen, columns, found, screen, holds=is_held)
    if is_run and not is_held:
        raise typer.Exit(EXIT_DIFFERENT)


def holds(columns: Sequence[Column], found: Sequence[object]) -> bool:
    """Whether what ran is as recorded: all that is installed, and at least one."""
    installed = [column for column in columns if not column.is_missing]
    return (
        bool(installed)
        and not found
        and not any(column.trouble for column in installed)
    )


def _rows(asked: Sequence[str]) -> list[Row]:
    known = {str(row.number): row for row in ROWS} | {row.slug: row for row in ROWS}
    for name in asked:
        if name not in known:
            numbers = sorted(row.number for row in ROWS)
            raise UserError(
                f"unknown row {name!r}; there are {numbers[0]} to {numbers[-1]}, which "
                f"`mapping atlas` lists"
            )
    return [known[name] for name in dict.fromkeys(asked)] or list(ROWS)
