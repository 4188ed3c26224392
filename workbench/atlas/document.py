"""The atlas as plain data, for `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atlas.row import Row

from .running import Column, differences

SCHEMA_VERSION = 1


def document(rows: Sequence[Row], columns: Sequence[Column] = ()) -> dict[str, Any]:
    """What is recorded, and what was found if anything was run."""
    return {
        "schema": SCHEMA_VERSION,
        "versions": {c.framework: c.versions for c in columns if c.versions},
        "trouble": {c.framework: c.trouble for c in columns if c.trouble},
        "rows": [_row(row, columns) for row in rows],
        "differences": [str(found) for found in differences(rows, columns)],
    }


def _row(row: Row, columns: Sequence[Column]) -> dict[str, Any]:
    found = {c.framework: c.results[row.slug] for c in columns if row.slug in c.results}
    return {
        "number": row.number,
        "slug": row.slug,
        "theme": row.theme,
        "topic": row.topic,
        "why": row.why,
        "expected": row.expected(),
        "absent": dict(row.absent),
        "odd": row.odd_one(),
        "remedy": row.remedy,
        "agreed": row.agreed,
        "found": {name: result.get("prints") for name, result in found.items()},
        "found_equalised": {
            name: result["equal"] for name, result in found.items() if "equal" in result
        },
    }
