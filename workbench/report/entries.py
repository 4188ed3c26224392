"""The documents as the page has them: each with an anchor and a label.

An anchor is the id of an element, so that `index.html#ANCHOR` leads to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..rows import key

Document = dict[str, Any]
Row = dict[str, Any]

# Two experiments on one model may differ in any field; these are told first.
_FIRST = ("threads", "is_native", "optimiser", "steps", "batch", "seed")
_SAME = ("id", "model")  # these tell nothing


@dataclass(frozen=True)
class Entry:
    """A document and its place in the page.

    Attributes
    ----------
    anchor : str
        The id of the experiment; one that comes again gets a number.
    detail : str
        What tells it from other experiments on the same model, in words.
    """

    anchor: str
    detail: str
    document: Document

    @property
    def model(self) -> str:
        """The model's name."""
        return self.document["experiment"]["model"]

    @property
    def label(self) -> str:
        """The model, and what is special about the experiment."""
        return f"{self.model}, {self.detail}" if self.detail else self.model

    @property
    def rows(self) -> list[Row]:
        """The rows of the document."""
        return self.document["rows"]

    def key(self, row: Row) -> str:
        """What a row is called among all rows of the page."""
        place = next(i for i, other in enumerate(self.rows) if other is row)
        return f"{self.anchor}/{place}"

    def anchor_of(self, row: Row) -> str:
        """The id of a row; an id has no spaces."""
        return f"{self.anchor}.{row['framework']}.{row['mode']}".replace(" ", "-")


def entries(documents: Sequence[Document]) -> list[Entry]:
    """Every document with an anchor of its own and a label that tells it apart."""
    named = zip(documents, anchors(documents), strict=True)
    return [Entry(a, _detail(d, documents), d) for d, a in named]


def anchors(documents: Sequence[Document]) -> list[str]:
    """The ids of the experiments; one that comes again gets a number."""
    found: list[str] = []
    ids = [document["experiment"]["id"] for document in documents]
    for position, name in enumerate(ids):
        earlier = ids[:position].count(name)
        found.append(f"{name}.{earlier + 1}" if earlier else name)
    return found


def name(row: Row, rows: Sequence[Row]) -> str:
    """The framework, with its mode where it has several."""
    several = sum(other["framework"] == row["framework"] for other in rows) > 1
    return key(row["framework"], row["mode"]) if several else row["framework"]


def _detail(document: Document, documents: Sequence[Document]) -> str:
    mine = document["experiment"]
    same = [d for d in documents if d["experiment"]["model"] == mine["model"]]
    words = [
        _words(field, mine[field])
        for field in dict.fromkeys([*_FIRST, *mine])
        if field in mine and field not in _SAME
        if any(d["experiment"].get(field) != mine[field] for d in same)
    ]
    again = [d for d in same if d["experiment"]["id"] == mine["id"]]
    if len(again) > 1:
        place = next(i for i, d in enumerate(again) if d is document)
        words.append(f"run {place + 1}")
    return ", ".join(words)


def _words(field: str, value: Any) -> str:
    if field == "threads":
        return f"{value} thread{'' if value == 1 else 's'}"
    if field == "is_native":
        return "native updates" if value else "shared formula"
    return f"{field} {value}"
