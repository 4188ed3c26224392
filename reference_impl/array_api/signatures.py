"""How a function of the framework gets exactly the signature of the standard.

The framework's functions have the standard's names and meanings, and are called more
freely: `flip(x, 0)`, `sum(x=...)`. A program that is written against this namespace
should run with every library, so here what the standard does not allow is refused.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ..core import ops

Function = Callable[..., Any]


def like(signature: Function, *names: str, of: Any = ops) -> list[Function]:
    """The functions of these names in a module, to be called as `signature` is."""
    return [_restricted(signature, getattr(of, name)) for name in names]


def standard(signature: Function) -> Function:
    """The framework's function of the same name, to be called as `signature` is."""
    return like(signature, signature.__name__)[0]


def _restricted(signature: Function, function: Function) -> Function:
    name = function.__name__

    def restricted(*args: Any, **options: Any) -> Any:
        try:
            signature(*args, **options)  # Python refuses what it does not allow
        except TypeError as error:
            raise TypeError(str(error).replace(signature.__name__, name)) from None
        return function(*args, **options)

    functools.update_wrapper(restricted, function, updated=())
    restricted.__signature__ = inspect.signature(signature)  # type: ignore[attr-defined]
    return restricted
