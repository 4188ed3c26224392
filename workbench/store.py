"""Results in one SQLite file: nothing is lost, and a run that was stopped goes on."""

from __future__ import annotations

import datetime
import json
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from .document import SCHEMA_VERSION
from .errors import UserError
from .lock import only_one

WAIT_SECONDS = 30  # for another process that is writing

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
        run = self._last()
        found = self._connection.execute(
            "SELECT DISTINCT request, machine FROM experiments WHERE run = ?", (run,)
        ).fetchall()
        for asked, there in found:
            if json.loads(asked) != request:
                before = _differences(json.loads(asked), request)
                raise UserError(f"the last run cannot go on: it had {before}")
            if _lasting(json.loads(there)) != _lasting(machine):
                before = _differences(_lasting(json.loads(there)), _lasting(machine))
                raise UserError(f"the last run cannot go on: it had {before}")
        self.run = run

    def keep(self, document: dict[str, Any], *, is_complete: bool = False) -> None:
        """Write a document of the current run, or what is known of it so far."""
        experiment = document["experiment"]
        with self._connection:
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
        (run,) = self._connection.execute("SELECT max(run) FROM experiments").fetchone()
        if run is None:
            raise UserError(f"{self.path} holds no results yet; run `mapping compare`")
        return run

    def _documents(self, run: str, condition: str = "") -> list[dict[str, Any]]:
        found = self._connection.execute(
            "SELECT experiment_id, experiment, machine, request, basis "
            f"FROM experiments WHERE run = ? {condition} ORDER BY rowid",
            (run,),
        ).fetchall()
        return [
            {
                "schema": SCHEMA_VERSION,
                "experiment": json.loads(experiment),
                "machine": json.loads(machine),
                "request": json.loads(request),
                "basis": basis,
                "rows": self._rows(run, experiment_id),
            }
            for experiment_id, experiment, machine, request, basis in found
        ]

    def _rows(self, run: str, experiment_id: str) -> list[dict[str, Any]]:
        found = self._connection.execute(
            "SELECT row FROM rows WHERE run = ? AND experiment_id = ? "
            "ORDER BY position",
            (run, experiment_id),
        )
        try:
            return [json.loads(row) for (row,) in found]
        except json.JSONDecodeError as error:
            raise UserError(
                f"{self.path} is damaged, a row of {experiment_id} is no JSON "
                f"({error}); move it away, or choose another folder with --output"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()


def _lasting(machine: dict[str, Any]) -> dict[str, Any]:
    """What of a machine stays the same from day to day."""
    return {name: fact for name, fact in machine.items() if name != "date"}


def _differences(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What was asked otherwise, in words."""
    names = [name for name in before | now if before.get(name) != now.get(name)]
    return ", ".join(
        f"{name} {before.get(name)} and not {now.get(name)}" for name in names
    )
