"""Results in one SQLite file: nothing is lost, and a run that was stopped goes on.

What is read is checked: whoever shows a document can count on all that
`workbench.document` says of it.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self, get_type_hints

from .document import SCHEMA_VERSION, Row
from .equality import LayerError, Verdict
from .errors import UserError
from .experiment import Experiment
from .lock import only_one
from .misfit import lacking, misfit
from .table import STYLES
from .units import Spread

WAIT_SECONDS = 30  # for another process that is writing

_SPREAD = [field.name for field in dataclasses.fields(Spread)]
_LAYER = [*(field.name for field in dataclasses.fields(LayerError)), "seconds"]
_PARTS = {
    **dict.fromkeys(("step_seconds", "step_ratio", "latency_seconds"), _SPREAD),
    "float32": Verdict().as_json(),
    "layers": _LAYER,
    "metric": ("name", "value"),
}

_TABLES = """
CREATE TABLE IF NOT EXISTS experiments (
    run TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    experiment TEXT NOT NULL,
    machine TEXT NOT NULL,
    request TEXT NOT NULL,
    basis TEXT,
    is_complete INTEGER NOT NULL,
    PRIMARY KEY (run, experiment_id)
);
CREATE TABLE IF NOT EXISTS rows (
    run TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    framework TEXT NOT NULL,
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    row TEXT NOT NULL,
    PRIMARY KEY (run, experiment_id, framework, mode)
);
"""


class Store:
    """The documents of comparisons, grouped by run.

    Parameters
    ----------
    path : Path
        Made, with its folder, if it is not there.

    Raises
    ------
    UserError
        If the file is something else or of another schema version; it is left alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = datetime.datetime.now(datetime.UTC).isoformat(
            timespec="milliseconds"
        )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=WAIT_SECONDS)
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            tables = self._connection.execute("SELECT name FROM sqlite_master")
            is_empty = version == 0 and tables.fetchone() is None
        except (sqlite3.Error, OSError) as error:
            raise UserError(
                f"{path} cannot be used as a results file ({error}); move it away, or "
                f"choose another folder with --output"
            ) from None
        if not is_empty and version != SCHEMA_VERSION:
            self._connection.close()
            raise UserError(
                f"{path} has schema version {version}, this program writes version "
                f"{SCHEMA_VERSION}; the file was kept: move it away and run again"
            )
        try:
            if is_empty:
                self._connection.executescript(_TABLES)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            self._connection.execute("SELECT position, row FROM rows LIMIT 1")
            self._connection.execute(
                "SELECT run, request, is_complete FROM experiments LIMIT 1"
            )
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.rollback()
        except sqlite3.Error as error:
            self._connection.close()
            if "locked" in str(error):
                raise UserError(f"{path}: another process is writing it") from None
            raise UserError(
                f"{path} cannot be used as a results file ({error}); move it away, or "
                f"choose another folder with --output"
            ) from None

    def writing(self) -> AbstractContextManager[None]:
        """Be the only run that writes: two at once would also spoil each other's times.

        Raises
        ------
        UserError
            If another run is at it.
        """
        return only_one(self.path)

    def go_on(self, request: dict[str, Any], machine: dict[str, Any]) -> None:
        """Write to the last run again.

        Raises
        ------
        UserError
            If there is none, or it asked for something else, or on another machine.
        """
        for document in self.latest():
            there = _lasting(document["machine"])
            for before, now in (
                (document["request"], request),
                (there, _lasting(machine)),
            ):
                if before != now:
                    raise UserError(
                        f"the last run cannot go on: it had {_differences(before, now)}"
                    )
        self.run = self._last()

    def keep(self, document: dict[str, Any], *, is_complete: bool = False) -> None:
        """Write a document of the current run, or what is known of it so far."""
        experiment = document["experiment"]
        with self._told("written"), self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO experiments VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    self.run,
                    experiment["id"],
                    json.dumps(experiment),
                    json.dumps(document["machine"]),
                    json.dumps(document["request"]),
                    document["basis"],
                    is_complete,
                ),
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        self.run,
                        experiment["id"],
                        position,
                        row["framework"],
                        row["mode"],
                        row["status"],
                        json.dumps(row),
                    )
                    for position, row in enumerate(document["rows"])
                ],
            )

    def complete(self) -> dict[str, dict[str, Any]]:
        """The documents of the current run that lack nothing, by experiment."""
        documents = self._documents(self.run, "AND is_complete")
        return {document["experiment"]["id"]: document for document in documents}

    def latest(self) -> list[dict[str, Any]]:
        """The documents of the last run that kept any, in the order they were made.

        Raises
        ------
        UserError
            If there is none.
        """
        return self._documents(self._last())

    def _last(self) -> str:
        with self._told("read"):
            found = self._connection.execute("SELECT max(run) FROM experiments")
            (run,) = found.fetchone()
        if run is None:
            raise UserError(f"{self.path} holds no results yet; run `mapping compare`")
        return run

    def _documents(self, run: str, condition: str = "") -> list[dict[str, Any]]:
        with self._told("read"):
            found = self._connection.execute(
                "SELECT experiment_id, experiment, machine, request, basis "
                f"FROM experiments WHERE run = ? {condition} ORDER BY rowid",
                (run,),
            ).fetchall()
            return [self._document(run, *columns) for columns in found]

    def _document(
        self, run: str, experiment_id: str, *columns: str | None
    ) -> dict[str, Any]:
        *texts, basis = columns
        facts = [_object(text) for text in texts]
        names = [field.name for field in dataclasses.fields(Experiment)]
        if complaint := lacking("an experiment", facts[0], ["id", *names]):
            raise ValueError(complaint)
        return {
            "schema": SCHEMA_VERSION,
            **dict(zip(("experiment", "machine", "request"), facts, strict=True)),
            "basis": basis,
            "rows": self._rows(run, experiment_id),
        }

    def _rows(self, run: str, experiment_id: str) -> list[dict[str, Any]]:
        found = self._connection.execute(
            "SELECT row FROM rows WHERE run = ? AND experiment_id = ? "
            "ORDER BY position",
            (run, experiment_id),
        )
        return [_row(text) for (text,) in found]

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Name the file where it is damaged, or where there is no room for it."""
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            raise UserError(
                f"{self.path} cannot be {what} ({error}); move it away, or choose "
                f"another folder with --output"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()


def existing(path: Path) -> Store:
    """The store that a run has left.

    Raises
    ------
    UserError
        If there is none; then none is made.
    """
    if not path.exists():
        raise UserError(f"{path} is not there; run `mapping compare` first")
    return Store(path)


def _object(text: str | None) -> dict[str, Any]:
    """A JSON object.

    Raises
    ------
    ValueError
    """
    found = json.loads(text or "null")
    if not isinstance(found, dict):
        raise ValueError(f"an object was needed, {str(text)[:40]} came")
    return found


def _row(text: str) -> dict[str, Any]:
    """A row, if it is all that `workbench.document.Row` says.

    Raises
    ------
    ValueError
    """
    row = _object(text)
    if complaint := next(filter(None, _complaints(row)), None):
        raise ValueError(complaint)
    return row


def _complaints(row: dict[str, Any]) -> Iterator[str | None]:
    """What is wrong with a row; each can only be asked if those before are nothing."""
    kinds = get_type_hints(Row)
    yield lacking("a row", row, kinds)
    for name, kind in kinds.items():
        yield misfit(name, row[name], kind)
    for name, keys in _PARTS.items():
        yield lacking(name, row[name], keys)
    if row["status"] not in STYLES:
        yield f"status must be one of {', '.join(STYLES)}, {row['status']!r} came"


def _lasting(machine: dict[str, Any]) -> dict[str, Any]:
    """What of a machine stays the same from day to day."""
    return {name: fact for name, fact in machine.items() if name != "date"}


def _differences(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What was asked otherwise, in words."""
    names = [name for name in before | now if before.get(name) != now.get(name)]
    return ", ".join(
        f"{name} {before.get(name)} and not {now.get(name)}" for name in names
    )
