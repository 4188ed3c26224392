"""Named arrays: what crosses between the workbench and its workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from adapters.contract import Arrays

Item = TypeVar("Item")


def named(prefix: str, items: Mapping[str, Item]) -> dict[str, Item]:
    """Arrays, or what is known of them, with `prefix/` before each name."""
    return {f"{prefix}/{name}": item for name, item in items.items()}


def under(prefix: str, arrays: Arrays) -> Arrays:
    """The arrays whose name starts with `prefix/`, without it."""
    start = f"{prefix}/"
    return {n[len(start) :]: a for n, a in arrays.items() if n.startswith(start)}


def unit(arrays: Arrays) -> Arrays:
    """Arrays scaled so that together they have length 1."""
    total = sum(float((a.astype(np.float64) ** 2).sum()) for a in arrays.values())
    return {n: (a / np.sqrt(total)).astype(a.dtype) for n, a in arrays.items()}
