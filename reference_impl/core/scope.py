"""Named scopes: which part of a model the nodes of a graph belong to.

A tensor has no field for this. Serial numbers grow with time, so a scope is the
interval of serials between entering it and leaving it. The capture in progress records
these intervals; where nothing is captured, nobody records, and a scope does nothing.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from .errors import CaptureError
from .tensor import now


@dataclass(frozen=True, slots=True)
class Scope:
    """A name such as `encoder/layer0`, and the serials from `first` up to `end`."""

    name: str
    first: int
    end: int

    def interval(self, serials: Sequence[int]) -> tuple[int, int]:
        """Where the scope begins and ends in sorted serials of nodes."""
        return bisect(serials, self.first), bisect(serials, self.end)


class Record:
    """The scopes of one capture, in the order in which they were entered."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self._open: list[str] = []

    def path(self, name: str) -> str:
        """A name with those of the scopes that are open now before it."""
        return "/".join((*self._open, name))

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """Record what is made until this ends as a scope."""
        place, first = len(self.scopes), now()
        self.scopes.append(Scope(self.path(name), first, first))
        self._open.append(name)
        try:
            yield
        finally:
            self.scopes[place] = Scope(self.scopes[place].name, first, now())
            self._open.pop()


# A context variable, so that threads do not write into each other's captures.
_current: ContextVar[Record | None] = ContextVar("record", default=None)


@contextmanager
def recording() -> Iterator[Record]:
    """A new record for the capture in progress; that of an enclosing one rests."""
    record = Record()
    token = _current.set(record)
    try:
        yield record
    finally:
        _current.reset(token)


def current_record() -> Record | None:
    """The record of the innermost capture in progress, if there is one."""
    return _current.get()


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Name the part of a model that is computed inside a `with` block.

    Scopes nest: `layer0` inside `encoder` is `encoder/layer0`. The name is shown by
    `Graph.show`. Outside of a capture this does nothing.

    Raises
    ------
    CaptureError
        If the name is empty or no string.
    """
    if not isinstance(name, str) or not name.strip("/"):
        raise CaptureError(f"scope: a name is needed, {name!r} came")
    record = current_record()
    if record is None:
        yield
        return
    with record.within(name):
        yield
