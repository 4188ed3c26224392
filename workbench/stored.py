"""What the results file holds, checked: rows and objects, read from their texts."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any, get_type_hints

from .document import STATUSES, Row
from .equality import LayerError, Verdict
from .misfit import lacking, misfit
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
    found = json.loads(text or "null")
    if not isinstance(found, dict):
        raise ValueError(f"an object was needed, {str(text)[:40]} came")
    return found


def row(text: str) -> dict[str, Any]:
    """A row, if it is all that `workbench.document.Row` says.

    Raises
    ------
    ValueError
    """
    found = json_object(text)
    if complaint := next(filter(None, _complaints(found)), None):
        raise ValueError(complaint)
    return found


def _complaints(row: dict[str, Any]) -> Iterator[str | None]:
    """What is wrong with a row; each can only be asked if those before are nothing."""
    kinds = get_type_hints(Row)
    yield lacking("a row", row, kinds)
    for name, kind in kinds.items():
        yield misfit(name, row[name], kind)
    for name, keys in _PARTS.items():
        yield lacking(name, row[name], keys)
    if row["status"] not in STATUSES:
        yield f"status must be one of {', '.join(STATUSES)}, {row['status']!r} came"
