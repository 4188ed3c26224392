"""Modules that are imported when they are first used.

Numba takes 0.5 s to import and llvmlite 0.15 s, more than all of the framework, which
needs neither until something is compiled.
"""

from __future__ import annotations

import importlib
from typing import Any


class _Lazy:
    """Stands for a module: reading an attribute imports it.

    Unlike a module of `importlib.util.LazyLoader` it leaves `sys.modules` alone, and
    two threads may use it first at the same time: Python's import has a lock.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)

    def __repr__(self) -> str:
        return f"<lazy module {self._name!r}>"


def lazy(name: str) -> Any:
    """The module of this name, which may be missing until an attribute is read."""
    return _Lazy(name)
