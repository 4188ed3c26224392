"""The command `mapping recipes`: train whole recipes with several seeds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from adapters.zoo import MODELS

from ..errors import UserError
from ..laboratory import Laboratory
from ..lock import only_one
from ..options import (
    EVERY_FRAMEWORK,
    EXIT_DIFFERENT,
    AsJson,
    Frameworks,
    Limit,
    Models,
    check_place,
    frameworks_in,
    integers,
)
from ..progress import progress_bar
from ..terminal import exit_code, notes, screen
from . import show, summary
from .equivalence import PAIRS
from .plan import NOISE_SEEDS, SEEDS, Task, plan
from .store import Store
from .training import train_all

LIMIT_SECONDS = 1800.0
SAVED = Path("build/recipes.json")


def recipes(
    models: Models = None,
    frameworks: Frameworks = EVERY_FRAMEWORK,
    seeds: Annotated[
        int,
        typer.Option(
            help=f"How many, from 0 on; fewer than {PAIRS} show nothing.",
            **integers("seeds"),
        ),
    ] = SEEDS,
    noise: Annotated[
        int,
        typer.Option(
            help="With how many of them to train one rounding off, too.",
            **integers("noise"),
        ),
    ] = NOISE_SEEDS,
    limit: Limit = LIMIT_SECONDS,
    save: Annotated[
        Path,
        typer.Option(help="The file of trainings; what it has is not trained again."),
    ] = SAVED,
    as_json: AsJson = False,
) -> None:
    """Train each model to the end with several seeds; are the frameworks equivalent?"""
    tasks = _tasks(models or list(MODELS), frameworks_in(frameworks), seeds, noise)
    if save == SAVED:
        save.parent.mkdir(exist_ok=True)
    check_place("--save", save)
    try:
        with (
            only_one(save),
            Laboratory(limit_seconds=limit) as laboratory,
            progress_bar(len(tasks)) as advance,
        ):
            store = Store(save)  # what is there now, and will be
            trainings, troubles = train_all(tasks, store, laboratory, advance)
    except KeyboardInterrupt as interrupt:
        kept = "nothing was finished"
        if save.exists():
            kept = f"{save} has what was finished, and the same command goes on from it"
        notes.print(f"interrupted; {kept}", soft_wrap=True)
        raise typer.Exit(exit_code(interrupt)) from None
    rows = summary.rows(trainings, range(seeds))
    if as_json:
        print(json.dumps(summary.document(rows, trainings, troubles), indent=2))
    else:
        show.show(rows, troubles, screen)
    if troubles.failed or not rows or not all(row.is_good for row in rows):
        raise typer.Exit(EXIT_DIFFERENT)


def _tasks(
    models: Sequence[str], frameworks: Sequence[str], seeds: int, noise: int
) -> list[Task]:
    """The plan that was asked for, if it can be made."""
    if seeds < 2:
        raise UserError(f"seeds must be at least 2, to have a spread; {seeds} came")
    if not 0 <= noise <= seeds:
        raise UserError(f"noise must lie in [0, {seeds}], {noise} came")
    return plan(models, frameworks, seeds, noise)
