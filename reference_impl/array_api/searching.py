"""Positions of elements, and their order."""

from __future__ import annotations

from typing import Any

from ..core import ops
from .signatures import like, standard


def _position(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any: ...


def _order(
    x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Any: ...


argmax, argmin = like(_position, "argmax", "argmin")
argsort, sort = like(_order, "argsort", "sort")


@standard
def nonzero(x: Any, /) -> Any: ...


@standard
def searchsorted(
    x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None
) -> Any: ...


@standard
def where(condition: Any, x1: Any, x2: Any, /) -> Any: ...


# The functions of the framework that are defined here.
__all__ = [name for name in globals() if name in ops.__all__]
