"""What several commands are asked: their options, each declared and understood once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.contract import FRAMEWORKS
from adapters.zoo import MODELS

from . import atomic
from .errors import UserError, unknown

EXIT_DIFFERENT, EXIT_USAGE = 1, 2
EVERY_FRAMEWORK = ",".join(FRAMEWORKS)
DAY = 86400  # seconds


@dataclass(frozen=True)
class Range:
    """The numbers that an option may be; called with a text, the number in it."""

    name: str
    kind: type[int] | type[float]
    least: float
    most: float

    def __call__(self, text: object) -> float:
        """The number.

        Raises
        ------
        UserError
            If it is none, or out of range.
        """
        try:
            found = self.kind(f"{text}")
        except ValueError:
            found = math.nan  # which is in no range
        if not self.least <= found <= self.most:
            raise UserError(f"{self.name} must be {self}, {text} came")
        return found

    def __str__(self) -> str:
        noun = "a whole number" if self.kind is int else "a number"
        if self.most < math.inf:
            return f"{noun} in [{self.least}, {self.most}]"
        return f"{noun} of at least {self.least}" if self.least > -math.inf else noun


def integers(
    name: str, least: float = -math.inf, most: float = math.inf
) -> dict[str, Any]:
    """How an option is understood whose values are whole numbers in [least, most]."""
    return {"parser": Range(name, int, least, most), "metavar": "<int>"}


def numbers(name: str, least: float, most: float) -> dict[str, Any]:
    """How an option is understood whose values are numbers in [least, most]."""
    return {"parser": Range(name, float, least, most), "metavar": "<float>"}


def _folder(text: object) -> Path:
    if not f"{text}":
        raise UserError("output must be the name of a folder, '' came")
    return Path(f"{text}")


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
Seed = Annotated[int, typer.Option(help="Of parameters and order.", **integers("seed"))]
Limit = Annotated[
    float,
    typer.Option(help="Seconds one answer may take.", **numbers("limit", 1, DAY)),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]
Output = Annotated[
    Path,
    typer.Option(
        help="Folder for results.sqlite and the report.", parser=_folder, metavar="DIR"
    ),
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
    count = Range("threads", int, 1, math.inf)
    return list(dict.fromkeys(int(count(name)) for name in names))


def check_place(option: str, path: Path | None) -> None:
    """Refuse a path that no file can be written to, before there is anything to write.

    Raises
    ------
    UserError
    """
    if path is None:
        return
    complaint = f"{option}: {path} is no place for a file"
    if path.is_dir():
        raise UserError(f"{complaint}: it is a folder")
    if path.exists() and not path.is_file():
        raise UserError(f"{complaint}: it is no regular file")
    if path.suffix == ".sqlite":
        raise UserError(f"{complaint}: runs keep their results in such files")
    try:
        atomic.check_folder(path.parent)
    except OSError as error:
        raise UserError(f"{complaint}: {error.strerror}") from None
