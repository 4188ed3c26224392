"""Results in one SQLite file: nothing is lost, and a run that was stopped goes on.

What is read is checked (`workbench.stored`): whoever shows a document can count on all
that `workbench.document` says of it.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from . import resuming, stored
from .document import SCHEMA_VERSION
from .errors import UserError
from .lock import only_one
from .misfit import misfit

WAIT_SECONDS = 30  # for another process that is writing

Access = Literal["ro", "rw", "rwc"]
"""What SQLite may do with a file: read it, write it too, or even make it."""

# What is kept of a document as JSON, and how that is read.
_FACTS = {
    "experiment": stored.experiment,
    "machine": stored.machine,
    "request": stored.json_object,
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
    access : Access
        With `rwc` a file is made, with its folder, if it is not there.

    Raises
    ------
    UserError
        If the file is something else or of another schema version; it is left alone.
    """

    def __init__(self, path: Path, access: Access = "rwc") -> None:
        self.path = path
        now = datetime.datetime.now(datetime.UTC)
        self.run = now.isoformat(timespec="milliseconds")
        with self._told("used as a results file"):
            if access == "rwc":
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={access}",
                timeout=WAIT_SECONDS,
                uri=True,
            )
        try:
            with self._told("used as a results file"):
                self._prepare(can_write=access != "ro")
        except UserError:
            self._connection.close()
            raise

    def _prepare(self, *, can_write: bool) -> None:
        """See that the tables are there; an empty file gets them."""
        ask = self._connection.execute
        (version,) = ask("PRAGMA user_version").fetchone()
        (tables,) = ask("SELECT count(*) FROM sqlite_master").fetchone()
        is_empty = version == tables == 0
        if is_empty and can_write:
            self._connection.executescript(_TABLES)
            ask(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION and not is_empty:
            raise UserError(
                f"{self.path} has schema version {version}, this program writes "
                f"version {SCHEMA_VERSION}; the file was kept: move it away and run "
                f"again"
            )
        ask("SELECT position, row FROM rows LIMIT 1")
        ask("SELECT run, request, is_complete FROM experiments LIMIT 1")
        if can_write:  # or not: then that is said before anything is measured
            ask("BEGIN IMMEDIATE")
            self._connection.rollback()

    def writing(self) -> AbstractContextManager[None]:
        """Be the only run that writes: two at once would also spoil each other's times.

        Raises
        ------
        UserError
            If another run is at it.
        """
        return only_one(self.path)

    def go_on(
        self,
        request: dict[str, Any],
        machine: dict[str, Any],
        experiments: Sequence[dict[str, Any]],
    ) -> None:
        """Write to the last run again; experiments may be added to it.

        An experiment is known by its model and its number of threads.

        Raises
        ------
        UserError
            If there is none, or it asked for something else, also in one of the
            experiments, or on another machine.
        """
        complaint = resuming.difference(self.latest(), request, machine, experiments)
        if complaint:
            raise UserError(f"the last run cannot go on: {complaint}")
        self.run = self._last()

    def keep(self, document: dict[str, Any]) -> None:
        """Write a document of the current run, or what is known of it so far."""
        place = self.run, document["experiment"]["id"]
        facts = (json.dumps(document[name]) for name in _FACTS)
        rows = [
            (*place, n, row["framework"], row["mode"], row["status"], json.dumps(row))
            for n, row in enumerate(document["rows"])
        ]
        with self._told("written"), self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO experiments VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*place, *facts, document["basis"], document["is_complete"]),
            )
            # An earlier attempt may have had rows that this one has not.
            self._connection.execute(
                "DELETE FROM rows WHERE run = ? AND experiment_id = ?", place
            )
            self._connection.executemany(
                "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)", rows
            )

    def complete(self) -> dict[str, dict[str, Any]]:
        """The documents of the current run that lack nothing, by experiment."""
        documents = self._documents(self.run, "AND is_complete")
        return {document["experiment"]["id"]: document for document in documents}

    def unfinished(self) -> list[dict[str, Any]]:
        """The other documents of the current run."""
        return self._documents(self.run, "AND NOT is_complete")

    def latest(self) -> list[dict[str, Any]]:
        """The documents of the last run that kept any, in the order they were made.

        Those of one model stand together, also where a run went on with one.

        Raises
        ------
        UserError
            If there is none.
        """
        documents = self._documents(self._last())
        models = [document["experiment"]["model"] for document in documents]
        return sorted(documents, key=lambda d: models.index(d["experiment"]["model"]))

    def _last(self) -> str:
        with self._told("read"):
            # The clock may have been set back since a run.
            found = self._connection.execute(
                "SELECT run FROM experiments ORDER BY rowid DESC LIMIT 1"
            ).fetchone()
        if found is None:
            raise UserError(f"{self.path} holds no results yet; run `mapping compare`")
        (run,) = found
        return run

    def _documents(self, run: str, condition: str = "") -> list[dict[str, Any]]:
        with self._told("read"):
            found = self._connection.execute(
                "SELECT experiment_id, experiment, machine, request, basis, "
                f"is_complete FROM experiments WHERE run = ? {condition} "
                "ORDER BY rowid",
                (run,),
            ).fetchall()
            documents = []
            for experiment_id, *columns in found:
                with _place_told(experiment_id):
                    documents.append(self._document(run, experiment_id, *columns))
            return documents

    def _document(self, run: str, experiment_id: str, *columns: Any) -> dict[str, Any]:
        *texts, basis, is_complete = columns
        facts = {n: _FACTS[n](text) for n, text in zip(_FACTS, texts, strict=True)}
        if complaint := misfit("basis", basis, str | None):
            raise ValueError(complaint)
        if is_complete not in (0, 1):
            raise ValueError(f"is_complete must be 0 or 1, {is_complete!r} came")
        return {
            "schema": SCHEMA_VERSION,
            **facts,
            "basis": basis,
            "is_complete": bool(is_complete),
            "rows": self._rows(run, experiment_id),
        }

    def _rows(self, run: str, experiment_id: str) -> list[dict[str, Any]]:
        found = self._connection.execute(
            "SELECT framework, mode, row FROM rows WHERE run = ? AND experiment_id = ? "
            "ORDER BY position",
            (run, experiment_id),
        )
        rows = []
        for framework, mode, text in found:
            with _place_told(f"{framework} ({mode})"):
                rows.append(stored.row(text))
        return rows

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Name the file where it is damaged, or where there is no room for it."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            if _is_busy(error):
                raise UserError(f"{self.path}: another process is writing it") from None
            advice = "move it away, or choose another folder with --output"
            if isinstance(error, ValueError):  # the file is sound, its last run is not
                advice = "`mapping compare` without --resume makes a new run in it"
            raise UserError(
                f"{self.path} cannot be {what} ({error}); {advice}"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()


@contextmanager
def _place_told(place: str) -> Iterator[None]:
    """Say where it is that something is damaged."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def existing(path: Path, access: Access = "ro") -> Store:
    """The store that a run has left, to be read.

    Raises
    ------
    UserError
        If there is none; then none is made.
    """
    if not path.exists():
        raise UserError(f"{path} is not there; run `mapping compare` first")
    return Store(path, access)


def _is_busy(error: Exception) -> bool:
    """Whether another process has locked the file."""
    # An extended code has in its last byte the code of which it is a case.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
