"""Named arrays: what crosses between the workbench and its workers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

import numpy as np

from adapters.contract import Arrays

from .process import Failed

Item = TypeVar("Item")


def named(prefix: str, items: Mapping[str, Item]) -> dict[str, Item]:
    """Arrays, or what is known of them, with `prefix/` before each name."""
    return {f"{prefix}/{name}": item for name, item in items.items()}


def under(prefix: str, arrays: Arrays) -> Arrays:
    """The arrays whose name starts with `prefix/`, without it."""
    start = f"{prefix}/"
    return {n[len(start) :]: a for n, a in arrays.items() if n.startswith(start)}


def written(output: Path, job: str) -> Arrays:
    """The arrays that a worker has left in a file, as it was asked to by a job.

    Raises
    ------
    Failed
        If there is no such file, or not the whole of it.
    """
    try:
        with np.load(output, allow_pickle=False) as file:
            return dict(file)
    # An empty file is an EOFError; one with a single array, a TypeError.
    except (OSError, EOFError, TypeError, ValueError, BadZipFile) as error:
        raise Failed(f"{job}: the answer cannot be read ({error!r})") from None


def unit(arrays: Arrays) -> Arrays:
    """Arrays scaled so that together they have length 1."""
    total = sum(float((a.astype(np.float64) ** 2).sum()) for a in arrays.values())
    return {n: (a / np.sqrt(total)).astype(a.dtype) for n, a in arrays.items()}
