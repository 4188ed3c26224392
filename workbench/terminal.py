"""The terminal: what is asked for goes to `screen`, what happens meanwhile to `notes`.

A terminal that is no Unicode's gets signs that mean the same.
"""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

screen = Console()
notes = Console(stderr=True, highlight=False)

EXIT_INTERRUPTED = 130  # as shells have it: 128 and the number of the signal

# The blocks of a small drawing become digits, from the lowest to the highest.
_PLAIN = {"–": "-", "…": ".", "µ": "u", "×": "x", "±": "+-", "≥": ">=", "≤": "<="}
_PLAIN |= {"∇": "grad ", "❱": ">", "≠": "!="} | dict(
    zip("▁▂▃▄▅▆▇█", "12345678", strict=True)
)


@contextmanager
def interruptible() -> Iterator[None]:
    """Answer an interrupt with a word and its exit code."""
    try:
        yield
    except KeyboardInterrupt:
        notes.print("interrupted")
        sys.exit(EXIT_INTERRUPTED)


def speak_plainly() -> None:
    """Let both streams write signs that their encoding has not got as others."""
    codecs.register_error("plainly", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plainly")


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in signs), error.end
