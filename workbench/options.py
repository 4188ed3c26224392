"""What several commands are asked: their options, each declared and understood once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from adapters.contract import FRAMEWORKS
from adapters.zoo import MODELS

from .errors import UserError, unknown

EXIT_DIFFERENT, EXIT_USAGE = 1, 2
EVERY_FRAMEWORK = ",".join(FRAMEWORKS)

Model = Annotated[str, typer.Argument(help=f"One of {', '.join(MODELS)}.")]
Models = Annotated[
    list[str] | None,
    typer.Argument(help=f"Any of {', '.join(MODELS)}; all by default."),
]
Frameworks = Annotated[str, typer.Option(help="Names with commas between.")]
Threads = Annotated[
    str, typer.Option(help="Cores for each framework; numbers with commas between.")
]
Passing = Annotated[
    str | None, typer.Option(help="What is shown, with commas between; by default all.")
]
Seed = Annotated[int, typer.Option(help="Of parameters and order.")]
Limit = Annotated[
    float, typer.Option(min=1, max=86400, help="Seconds one answer may take.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]
Output = Annotated[
    Path, typer.Option(help="Folder for results.sqlite and the report.", metavar="DIR")
]


def names_in(text: str) -> list[str]:
    """Names with commas between, each once."""
    return list(dict.fromkeys(n.strip() for n in text.split(",") if n.strip()))


def frameworks_in(text: str) -> list[str]:
    """The frameworks that are named, each once.

    Raises
    ------
    UserError
        If there is none, or one of another name.
    """
    names = names_in(text)
    if not names:
        raise UserError(f"name at least one framework of: {', '.join(FRAMEWORKS)}")
    for name in names:
        if name not in FRAMEWORKS:
            raise unknown("framework", name, FRAMEWORKS)
    return names


def threads_in(text: str) -> list[int]:
    """The numbers of threads that are told, each once.

    Raises
    ------
    UserError
        If there is none, or something that is no number of threads.
    """
    names = names_in(text)
    if not names:
        raise UserError("name at least one number of threads, such as 1 or 1,2")
    return list(dict.fromkeys(map(_number_of_threads, names)))


def check_place(option: str, path: Path | None) -> None:
    """Refuse a path that no file can be written to, before there is anything to write.

    Raises
    ------
    UserError
    """
    if path is None:
        return
    if path.is_dir():
        raise UserError(f"{option}: {path} is no place for a file: it is a folder")
    try:
        # Permissions do not tell all: a file system may be full, or only for reading.
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UserError(
            f"{option}: {path} is no place for a file: {error.strerror}"
        ) from None


def _number_of_threads(name: str) -> int:
    try:
        count = int(name)
    except ValueError:
        count = 0
    if count < 1:
        raise UserError(f"threads must be whole numbers of at least 1, {name!r} came")
    return count
