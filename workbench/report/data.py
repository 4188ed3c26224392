"""What the scripts of the page work on, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.contract import FRAMEWORKS

from ..document import finite
from ..gates import GATES
from . import listings
from .costs import COSTS
from .entries import Entry
from .facets import facets, facets_of
from .proof import KINDS, limits


def data(entries: Sequence[Entry]) -> dict[str, Any]:
    """The documents by their anchors, and what does not depend on them."""
    models = list(dict.fromkeys(entry.model for entry in entries))
    return finite(
        {
            "documents": {entry.anchor: entry.document for entry in entries},
            "labels": {entry.anchor: entry.label for entry in entries},
            "facets": facets(entries),
            "rows": {
                entry.key(row): facets_of(entry, row)
                for entry in entries
                for row in entry.rows
            },
            "frameworks": frameworks(entries),
            "gates": {
                dtype: {kind: limits(dtype, kind) for kind in KINDS} for dtype in GATES
            },
            "costs": {
                cost.key: {"title": cost.title, "symbol": cost.unit.symbol}
                for cost in COSTS
            },
            "listings": {
                file: listings.side_by_side(file) for file in listings.files(models)
            },
        }
    )


def frameworks(entries: Sequence[Entry]) -> list[str]:
    """All that occur; a framework's place decides its colour, whoever is missing."""
    found = [row["framework"] for entry in entries for row in entry.rows]
    return list(dict.fromkeys([*FRAMEWORKS, *found]))
