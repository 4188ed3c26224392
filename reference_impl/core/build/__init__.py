"""Source text becomes functions: from memory, from the disk, or compiled.

target       which processor
code         what a compiler makes
worker       a compiler, in a process of its own
compiling    several of them
progress     how far they are
cache        what they made before
loading      what can be called
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable

from ..kernel import Source
from . import cache
from .code import Code
from .compiling import codes
from .loading import check, loaded, missing
from .progress import counted, show_progress
from .target import Target, host

__all__ = ["Target", "built", "host", "show_progress"]

_lock = threading.Lock()
_addresses: dict[tuple[Source, Target], int] = {}


def _renew_lock() -> None:
    """Begin anew in a forked process, where nobody is building."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def built(sources: Iterable[Source]) -> dict[str, int]:
    """The addresses of functions, by name; what is missing is compiled.

    Raises
    ------
    CompileError
        If a source cannot be compiled, or calls a function that does not exist. What
        has been compiled before it remains in the cache.
    """
    target, wanted = host(), tuple(dict.fromkeys(sources))
    with _lock:
        new = [each for each in wanted if (each, target) not in _addresses]
        if new:
            functions = loaded(_codes(new, target), target)
            _addresses.update({(s, target): functions[s.name] for s in new})
        return {source.name: _addresses[source, target] for source in wanted}


def _codes(sources: list[Source], target: Target) -> dict[str, Code]:
    """The machine code of sources, by name, from the disk or from a compiler.

    Only code that this process can load is read or written.
    """
    keys = {source: cache.key(source, target) for source in sources}
    found: dict[str, Code] = {}
    for source in sources:
        code = cache.read(source, keys[source])
        if code is not None and not missing(code, target):
            found[source.name] = code
    paths = {s: cache.text_file(s, keys[s]) for s in sources if s.name not in found}
    if paths:
        for source, code in counted(codes(paths, target), len(paths)):
            check(source.name, code, target)
            cache.write(source, keys[source], code)
            found[source.name] = code
    return found
