"""How far a build is, on a line of a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 1.0

_shown = True


def show_progress(shown: bool) -> None:
    """Whether builds of more than a second say how far they are."""
    global _shown
    _shown = shown


def counted(each: Iterable[T], total: int, stream: TextIO | None = None) -> Iterator[T]:
    """Pass things on, and count them on a terminal once it has taken a second."""
    stream = stream or sys.stderr
    begun, text = time.monotonic(), ""
    try:
        for count, item in enumerate(each, 1):
            yield item
            if (
                _shown
                and stream.isatty()
                and time.monotonic() - begun > PATIENCE_SECONDS
            ):
                text = f"building kernels {count}/{total}"
                print(f"\r{text}", end="", file=stream, flush=True)
    finally:
        if text:
            print(f"\r{' ' * len(text)}\r", end="", file=stream, flush=True)
