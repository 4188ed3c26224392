"""Whether a run may go on: it asks the same of the same experiments, and here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def difference(
    documents: Iterable[dict[str, Any]],
    request: dict[str, Any],
    machine: dict[str, Any],
    experiments: Sequence[dict[str, Any]],
) -> str | None:
    """What a run had that is asked otherwise now; nothing if it may go on.

    Parameters
    ----------
    documents
        What the run has made so far.
    request, machine, experiments
        What is asked now, and where. An experiment is known by its model and its number
        of threads; those that the run has not had may be added.
    """
    asked = {_name(one): one for one in experiments}
    for document in documents:
        was = document["experiment"]
        for before, now in (
            (document["request"], request),
            (_lasting(document["machine"]), _lasting(machine)),
            (was, asked.get(_name(was), was)),
        ):
            if before != now:
                return f"for {was['model']} it had {_differences(before, now)}"
    return None


def _name(experiment: dict[str, Any]) -> tuple[str, int]:
    """What of an experiment a run has only once."""
    return experiment["model"], experiment["threads"]


def _lasting(machine: dict[str, Any]) -> dict[str, Any]:
    """What of a machine stays the same from day to day."""
    return {name: fact for name, fact in machine.items() if name != "date"}


def _differences(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What was asked otherwise, in words."""
    names = [name for name in before | now if before.get(name) != now.get(name)]
    names = [name for name in names if name != "id"] or names  # it changes with them
    return ", ".join(
        f"{name} {before.get(name)} and not {now.get(name)}" for name in names
    )
