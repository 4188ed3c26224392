"""What the scripts of the page work on, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.contract import FILES, FRAMEWORKS

from ..equality import GATES
from . import listings
from .costs import COSTS
from .proof import KINDS, limits

Document = dict[str, Any]


def data(documents: Mapping[str, Document]) -> dict[str, Any]:
    """The documents by the name of their panel, and what does not depend on them."""
    return finite(
        {
            "documents": documents,
            "frameworks": frameworks(list(documents.values())),
            "gates": {
                dtype: {kind: limits(dtype, kind) for kind in KINDS} for dtype in GATES
            },
            "costs": {
                cost.key: {"title": cost.title, "symbol": cost.unit.symbol}
                for cost in COSTS
            },
            "listings": {file: listings.side_by_side(file) for file in FILES},
        }
    )


def frameworks(documents: Sequence[Document]) -> list[str]:
    """All that occur; a framework's place decides its colour, whoever is missing."""
    found = [row["framework"] for document in documents for row in document["rows"]]
    return list(dict.fromkeys([*FRAMEWORKS, *found]))


def finite(value: Any) -> Any:
    """Plain data with nothing where a number is infinite or none: JSON has no such."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
