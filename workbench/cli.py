"""The command `mapping`: compare frameworks, make reports, do exercises."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.contract import FRAMEWORKS, MODELS, TRACED
from exercises.cli import app as exercise_app

from . import atomic, comparison, memory, report, table
from .atlas.command import atlas
from .candidates import candidates
from .document import SCHEMA_VERSION
from .errors import UserError
from .experiment import Experiment, experiment
from .store import Store

EXIT_DIFFERENT, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130
ALL = ",".join(FRAMEWORKS)

app = typer.Typer(
    help="Compare deep-learning frameworks side by side, and do the book's exercises.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(exercise_app, name="exercise")
app.command()(atlas)

screen = Console()
notes = Console(stderr=True, highlight=False)

Output = Annotated[
    Path, typer.Option(help="Folder for results.sqlite and the report.", metavar="DIR")
]


@app.command()
def compare(
    models: Annotated[
        list[str] | None,
        typer.Argument(help=f"Any of {', '.join(MODELS)}; all by default."),
    ] = None,
    frameworks: Annotated[str, typer.Option(help="Names with commas between.")] = ALL,
    modes: Annotated[
        str, typer.Option(help="'default', 'all', or the name of one mode.")
    ] = "default",
    steps: Annotated[int, typer.Option(help="Updates of the parameters.")] = 200,
    batch: Annotated[int, typer.Option(help="Samples for each update.")] = 64,
    seed: Annotated[int, typer.Option(help="Of parameters and order.")] = 0,
    threads: Annotated[int, typer.Option(help="Cores for each framework.")] = 1,
    rounds: Annotated[
        int, typer.Option(min=1, help="How often each framework is timed.")
    ] = comparison.ROUNDS,
    limit: Annotated[
        float, typer.Option(min=1, max=86400, help="Seconds one answer may take.")
    ] = comparison.LIMIT_SECONDS,
    equality_only: Annotated[
        bool, typer.Option("--equality-only", help="Measure no cost.")
    ] = False,
    even_if_different: Annotated[
        bool, typer.Option("--even-if-different", help="Time what is not equal, too.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    save: Annotated[
        Path | None, typer.Option(help="Write the documents to this JSON file as well.")
    ] = None,
    output: Output = Path("build"),
) -> None:
    """Train models on several frameworks, prove them equal, measure what each costs."""
    names = [name.strip() for name in frameworks.split(",") if name.strip()]
    candidates(names, modes)
    _check_place("--save", save)
    experiments = [
        experiment(model, steps=steps, batch=batch, seed=seed, threads=threads)
        for model in dict.fromkeys(models or MODELS)
    ]
    documents = []
    with Store(output / "results.sqlite") as store:
        for one in experiments:
            document = _run(
                one,
                store,
                frameworks=names,
                modes=modes,
                rounds=rounds,
                limit_seconds=limit,
                measure=not equality_only,
                even_if_different=even_if_different,
            )
            documents.append(document)
            if not as_json:
                table.show(document, screen)
    _publish(documents, output, as_json=as_json, save=save)
    if not all_equal(documents):
        raise typer.Exit(EXIT_DIFFERENT)


@app.command(name="report")
def remake_report(
    svg: Annotated[
        Path | None, typer.Option(help="Draw the terminal's tables in this file, too.")
    ] = None,
    output: Output = Path("build"),
) -> None:
    """Make the report again from the last run in results.sqlite."""
    path = output / "results.sqlite"
    if not path.exists():
        raise UserError(f"{path} is not there; run `mapping compare` first")
    with Store(path) as store:
        documents = store.latest()
    screen.print(report.write(documents, output / "report"), soft_wrap=True)
    if svg is not None:
        atomic.replace(svg, table.drawing(documents).encode())


@app.command(name="memory")
def draw_memory(
    model: Annotated[str, typer.Argument(help=f"One of {', '.join(MODELS)}.")],
    frameworks: Annotated[
        str, typer.Option(help="Names with commas between; they must trace.")
    ] = ",".join(TRACED),
    batch: Annotated[int, typer.Option(help="Samples for the step.")] = 64,
    seed: Annotated[int, typer.Option(help="Of parameters and order.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(help="Draw the first as an interactive chart in this file."),
    ] = None,
) -> None:
    """Draw which bytes are live during one training step, and who holds them."""
    names = list(dict.fromkeys(n.strip() for n in frameworks.split(",") if n.strip()))
    if not names:
        raise UserError(f"name at least one framework of: {', '.join(TRACED)}")
    _check_place("--html", html)
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


def all_equal(documents: list[dict[str, Any]]) -> bool:
    """Whether every framework that is installed is equal, and at least one is there."""
    found = [row["status"] for document in documents for row in document["rows"]]
    installed = [status for status in found if status != "missing"]
    return bool(installed) and set(installed) == {"equal"}


def _check_place(option: str, path: Path | None) -> None:
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise UserError(f"{option}: {path} is no place for a file")


def _run(one: Experiment, store: Store, **options: Any) -> dict[str, Any]:
    """Compare on one experiment, keep what comes out, show progress meanwhile."""
    columns = (
        TextColumn("{task.fields[model]}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=notes, disable=not notes.is_terminal) as bar:
        task = bar.add_task("starting", total=None, model=one.model)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)
            if not notes.is_terminal:
                notes.print(f"{one.model}: {what} ({done} of {total})")

        try:
            document = comparison.compare(
                one, progress=progress, keep=store.keep, **options
            )
        except comparison.Interrupted as interrupted:
            store.keep(interrupted.document)
            finished = len(interrupted.document["rows"])
            bar.stop()
            notes.print(f"interrupted; {finished} rows were kept in {store.path}")
            raise typer.Exit(EXIT_INTERRUPTED) from None
    return document


def _publish(
    documents: list[dict[str, Any]], output: Path, *, as_json: bool, save: Path | None
) -> None:
    if as_json:
        whole: Any = documents[0]
        if len(documents) > 1:
            whole = {"schema": SCHEMA_VERSION, "documents": documents}
        print(json.dumps(whole, indent=2))
    if save is not None:
        text = json.dumps({"schema": SCHEMA_VERSION, "documents": documents}, indent=1)
        atomic.replace(save, (text + "\n").encode())
    page = report.write(documents, output / "report")
    if not as_json:
        screen.print(f"\nresults  {output / 'results.sqlite'}", highlight=False)
        screen.print(f"report   {page}", highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command; a user's mistake is a message and exit code 2."""
    try:
        app()
    except UserError as error:
        notes.print(f"[bold red]mapping:[/] {error}", soft_wrap=True)
        sys.exit(EXIT_USAGE)
