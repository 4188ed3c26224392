"""What the results file holds, checked: rows and objects, read from their texts."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator
from typing import Any, get_type_hints

from adapters.contract import FRAMEWORKS
from adapters.zoo import MODELS

from .equality import LayerError, Verdict
from .experiment import Experiment
from .misfit import lacking, misfit
from .rows import STATUSES, Row
from .units import Spread

_SPREAD = [field.name for field in dataclasses.fields(Spread)]
_LAYER = [*(field.name for field in dataclasses.fields(LayerError)), "seconds"]
_PARTS = {
    **dict.fromkeys(("step_seconds", "step_ratio", "latency_seconds"), _SPREAD),
    "float32": Verdict().as_json(),
    "layers": _LAYER,
    "metric": ("name", "value"),
}


def json_object(text: str | None) -> dict[str, Any]:
    """A JSON object.

    Raises
    ------
    ValueError
    """
    try:
        found = json.loads(text or "null")
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        start = " ".join(str(text).split())[:40]
        raise ValueError(f"an object was needed, {start} came")
    return found


def row(text: str) -> dict[str, Any]:
    """A row, if it is all that `workbench.rows.Row` says.

    Raises
    ------
    ValueError
    """
    found = json_object(text)
    if complaint := next(filter(None, _complaints(found)), None):
        raise ValueError(complaint)
    return found


def experiment(text: str | None) -> dict[str, Any]:
    """An experiment, if it is all that `Experiment.as_json` says.

    Raises
    ------
    ValueError
    """
    found = json_object(text)
    if complaint := next(filter(None, _complaints_about(found)), None):
        raise ValueError(complaint)
    return found


def machine(text: str | None) -> dict[str, Any]:
    """What is known of a machine; of its facts only the memory is a number to show.

    Raises
    ------
    ValueError
    """
    found = json_object(text)
    if complaint := misfit("memory_bytes", found.get("memory_bytes"), int | None):
        raise ValueError(complaint)
    return found


def _complaints_about(experiment: dict[str, Any]) -> Iterator[str | None]:
    # JSON has the optimiser by name, and its numbers among the other fields.
    kinds = {"id": str, **get_type_hints(Experiment), "optimiser": str}
    yield lacking("an experiment", experiment, kinds)
    for name, value in experiment.items():
        yield misfit(name, value, kinds.get(name, float))
    yield _strange("model", experiment["model"], MODELS)


def _complaints(row: dict[str, Any]) -> Iterator[str | None]:
    """What is wrong with a row; each can only be asked if those before are nothing."""
    kinds = get_type_hints(Row)
    yield lacking("a row", row, kinds)
    for name, kind in kinds.items():
        yield misfit(name, row[name], kind)
    for name, keys in _PARTS.items():
        yield lacking(name, row[name], keys)
    yield _strange("status", row["status"], STATUSES)
    yield _strange("framework", row["framework"], FRAMEWORKS)


def _strange(name: str, value: str, known: Collection[str]) -> str | None:
    if value in known:
        return None
    return f"{name} must be one of {', '.join(known)}, {value!r} came"
