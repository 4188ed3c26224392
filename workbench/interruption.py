"""What is told of a run that is interrupted: what was kept, and how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from . import units
from .comparison import Interrupted
from .experiment import Experiment
from .store import Store
from .terminal import exit_code, notes


def named(one: Experiment) -> str:
    """What an experiment of a run is known by: its model, and threads if several."""
    return label(one.model, one.threads)


def label(model: str, threads: int) -> str:
    """The same, of an experiment that is known from its document."""
    return model if threads == 1 else f"{model} with {threads} threads"


@contextmanager
def interruption_told(store: Store) -> Iterator[None]:
    """Say what there is of a run that is interrupted, and how it goes on."""
    try:
        yield
    except Interrupted as interrupted:
        notes.print(_kept(store, interrupted.document), soft_wrap=True)
        raise typer.Exit(exit_code(interrupted.__cause__)) from None
    except KeyboardInterrupt as interrupt:  # between two models, or the second of two
        cut = store.unfinished()
        notes.print(_kept(store, cut[-1] if cut else None), soft_wrap=True)
        raise typer.Exit(exit_code(interrupt)) from None


def _kept(store: Store, document: dict[str, Any] | None = None) -> str:
    """What of an interrupted run is in the file; the rows of a document came last."""
    whole, place = store.complete(), ""
    kept = [units.counted(len(whole), "whole comparison")] if whole else []
    if document is not None:
        name = label(document["experiment"]["model"], document["experiment"]["threads"])
        place = f" at the start of {name}"
        rows = document["rows"]
        kept += [f"{units.counted(len(rows), 'row')} of {name}"] if rows else []
    if not kept:
        return "interrupted before anything was finished; nothing was kept of this run"
    return (
        f"interrupted; {store.path} has {' and '.join(kept)}; the same command with "
        f"--resume goes on{place}"
    )
