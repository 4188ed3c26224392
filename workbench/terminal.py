"""The terminal: what is asked for goes to `screen`, what happens meanwhile to `notes`.

Where a terminal cannot show Unicode, signs of ASCII stand in for it.
"""

from __future__ import annotations

import codecs
import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

screen = Console()
notes = Console(stderr=True, highlight=False)

# As shells have it: 128 and the number of the signal.
EXIT_INTERRUPTED, EXIT_TERMINATED = 130, 143

# The blocks of a small drawing become digits, from the lowest to the highest.
_PLAIN = {"–": "-", "…": ".", "µ": "u", "×": "x", "±": "+-", "≥": ">=", "≤": "<="}
_PLAIN |= {"∇": "grad ", "❱": ">", "≠": "!="} | dict(
    zip("▁▂▃▄▅▆▇█", "12345678", strict=True)
)


class Terminated(KeyboardInterrupt):
    """Another program has asked this one to end, which it does as for a user."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Answer an interrupt with a word and its exit code."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        notes.print("interrupted")
        sys.exit(exit_code(interrupt))


def exit_code(interrupt: BaseException | None) -> int:
    """What the command says to a shell after an interrupt."""
    is_terminated = isinstance(interrupt, Terminated)
    return EXIT_TERMINATED if is_terminated else EXIT_INTERRUPTED


def heed_termination() -> None:
    """Let SIGTERM interrupt this process; those that it starts are not told of it."""
    # Who started this one may have asked for deafness, as `trap '' TERM` does.
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(*_: object) -> None:
    raise Terminated


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
