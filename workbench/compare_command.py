"""The command `mapping compare`: one run over some models, kept as it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.zoo import MODELS

from . import atomic, machine, report, table
from .candidates import candidates
from .comparison import Interrupted, check, parts
from .comparison import compare as compare_one
from .document import SCHEMA_VERSION, finite
from .errors import UserError
from .experiment import STEPS, Experiment, experiment
from .interruption import interruption_told, named
from .laboratory import Laboratory
from .options import (
    DAY,
    EVERY_FRAMEWORK,
    EXIT_DIFFERENT,
    AsJson,
    Frameworks,
    Limit,
    Models,
    Output,
    Seed,
    Threads,
    check_place,
    frameworks_in,
    integers,
    names_in,
    numbers,
    threads_in,
)
from .progress import progress_of
from .request import LIMIT_SECONDS, PATIENCE_SECONDS, ROUNDS, Request
from .rows import is_passed
from .store import Store, existing
from .terminal import notes, screen

QUICK_STEPS, QUICK_ROUNDS = 20, 3


def compare(
    models: Models = None,
    frameworks: Frameworks = EVERY_FRAMEWORK,
    modes: Annotated[
        str,
        typer.Option(help="'default', 'all', or names of modes with commas between."),
    ] = "default",
    every: Annotated[
        bool, typer.Option("--all", help="Every mode; the same as --modes all.")
    ] = False,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help=f"{QUICK_STEPS} steps and {QUICK_ROUNDS} rounds; measure no start, no "
            "memory and no layers.",
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run.")
    ] = False,
    native: Annotated[
        bool, typer.Option("--native", help="Update with each framework's own rule.")
    ] = False,
    steps: Annotated[
        int | None,
        typer.Option(
            help=f"Updates of the parameters; {STEPS} by default.",
            **integers("steps"),
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            help="Samples for each update; by default the model's.",
            **integers("batch"),
        ),
    ] = None,
    seed: Seed = 0,
    threads: Threads = "1",
    rounds: Annotated[
        int | None,
        typer.Option(
            help=f"Timings of each framework; {ROUNDS} by default.",
            **integers("rounds", 1),
        ),
    ] = None,
    limit: Limit = LIMIT_SECONDS,
    patience: Annotated[
        float,
        typer.Option(
            help="Seconds of training between two looks at its parameters; what would "
            "take longer ends early.",
            **numbers("patience", 0, DAY),
        ),
    ] = PATIENCE_SECONDS,
    equality_only: Annotated[
        bool, typer.Option("--equality-only", help="Measure no cost.")
    ] = False,
    even_if_different: Annotated[
        bool, typer.Option("--even-if-different", help="Time what is not equal, too.")
    ] = False,
    as_json: AsJson = False,
    save: Annotated[
        Path | None, typer.Option(help="Write the documents to this JSON file as well.")
    ] = None,
    output: Output = Path("build"),
) -> None:
    """Train models on several frameworks, prove them equal, measure what each costs."""
    if every and modes != "default":
        raise UserError(f"--all means --modes all; --modes {modes} came too")
    request = Request(
        frameworks=tuple(frameworks_in(frameworks)),
        modes=("all",) if every else tuple(names_in(modes)),
        measure=not equality_only,
        even_if_different=even_if_different,
        rounds=rounds or (QUICK_ROUNDS if quick else ROUNDS),
        limit_seconds=limit,
        patience_seconds=patience,
        is_quick=quick,
    )
    check_place("--save", save)
    options = {
        "steps": steps if steps is not None else QUICK_STEPS if quick else STEPS,
        "seed": seed,
        "is_native": native,
        **({} if batch is None else {"batch": batch}),
    }
    counts = threads_in(threads)
    experiments = [
        experiment(model, threads=count, **options)
        for model in dict.fromkeys(models or MODELS)
        for count in counts
    ]
    check(experiments, request)
    _tell_who_is_left_out(request)
    show = (lambda document: None) if as_json else _show
    report.check_folder(output / "report")
    path = output / "results.sqlite"
    with existing(path, "rw") if resume else Store(path) as store, store.writing():
        if resume:
            asked = [one.as_json() for one in experiments]
            store.go_on(request.as_json(), machine.description(), asked)
        with interruption_told(store):
            documents = _run(experiments, request, store, show)
        run = store.latest() if resume else documents
    _publish(documents, run, output, as_json=as_json, save=save)
    if not all_equal(documents):
        raise typer.Exit(EXIT_DIFFERENT)


def all_equal(documents: list[dict[str, Any]]) -> bool:
    """Whether something runs, and all of it is equal, alone or has a known cause."""
    rows = [row for document in documents for row in document["rows"]]
    run = [row for row in rows if row["status"] not in ("missing", "unsupported")]
    return bool(run) and all(map(is_passed, run))


def _tell_who_is_left_out(request: Request) -> None:
    there = {c.framework for c in candidates(request.frameworks, request.modes)}
    if names := [name for name in request.frameworks if name not in there]:
        has, is_ = ("has", "is") if len(names) == 1 else ("have", "are")
        notes.print(
            f"{', '.join(names)} {has} no mode {' or '.join(request.modes)}, and {is_} "
            f"left out",
            soft_wrap=True,
        )


def _show(document: dict[str, Any]) -> None:
    table.show(document, screen)


def _run(
    experiments: list[Experiment],
    request: Request,
    store: Store,
    show: Callable[[dict[str, Any]], None],
) -> list[dict[str, Any]]:
    """One document for each experiment; those that the run has already are kept."""
    known = store.complete()
    waiting = [one for one in experiments if one.id not in known]
    documents = []
    with (
        Laboratory(limit_seconds=request.limit_seconds) as laboratory,
        progress_of(len(waiting), parts(request)) as advance,
    ):
        for one in experiments:
            document = known.get(one.id)
            if document is None:
                progress = advance(named(one))
                document = _compare(one, request, store, laboratory, progress)
            documents.append(document)
            show(document)
    return documents


def _compare(
    one: Experiment,
    request: Request,
    store: Store,
    laboratory: Laboratory,
    progress: Callable[[str, int, int], None],
) -> dict[str, Any]:
    try:
        return compare_one(
            one, request, laboratory=laboratory, progress=progress, keep=store.keep
        )
    except Interrupted as interrupted:
        if interrupted.document["rows"]:  # or the run before would be hidden by nothing
            store.keep(interrupted.document)
        raise


def _publish(
    documents: list[dict[str, Any]],
    run: list[dict[str, Any]],
    output: Path,
    *,
    as_json: bool,
    save: Path | None,
) -> None:
    """Tell what was asked; the page has the whole run, also what it had before."""
    whole = {"schema": SCHEMA_VERSION, "documents": finite(documents)}
    if as_json:
        shown = whole if len(documents) > 1 else whole["documents"][0]
        print(json.dumps(shown, indent=2, allow_nan=False))
    if save is not None:
        write(documents, save)
    page = report.write(run, output / "report")
    if not as_json:
        if len(documents) > 1:
            screen.print(table.overview(documents))
        screen.print(f"\nresults  {output / 'results.sqlite'}", highlight=False)
        screen.print(f"report   {page}", highlight=False, soft_wrap=True)


def write(documents: list[dict[str, Any]], path: Path) -> None:
    """Write documents as JSON with a row a line: changes of a few show as such."""
    texts = []
    for document in finite(documents):
        facts = {name: fact for name, fact in document.items() if name != "rows"}
        lines = (json.dumps(row, allow_nan=False) for row in document["rows"])
        rows = ",\n".join(lines)
        texts.append(f'{json.dumps(facts)[:-1]}, "rows": [\n{rows}\n]}}')
    together = ",\n".join(texts)
    text = f'{{"schema": {SCHEMA_VERSION}, "documents": [\n{together}\n]}}\n'
    atomic.replace(path, text.encode())
