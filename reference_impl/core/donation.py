"""Donation: arguments that a caller gives up, in whose place results are written.

A training step that gives up the former parameters needs no memory for the new ones.
What somebody else can still read is never written to.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import tree
from .errors import RangeError
from .graph import Graph, is_array


def check_positions(donate: Iterable[int], count: int) -> None:
    """Raise an error if an argument is given up that is not there."""
    for i in donate:
        if not 0 <= i < count:
            raise RangeError(
                f"compile: donate: a position of an argument from 0 on is needed, {i} "
                f"came with {count} {'argument' if count == 1 else 'arguments'}"
            )


def inputs_of(args: Sequence[Any], positions: Iterable[int]) -> list[int]:
    """Which inputs of a graph come from arguments at these positions."""
    found: list[int] = []
    count = 0
    for position, arg in enumerate(args):
        arrays = sum(map(is_array, tree.flatten(arg)[0]))
        if position in positions:
            found += range(count, count + arrays)
        count += arrays
    return found


def places(graph: Graph, given_up: Iterable[int]) -> dict[int, int]:
    """Which output may lie where an input does that is given up.

    One of the same name, shape and dtype if there is one: the new value of a parameter
    in the place of the old one.
    """
    free = set(given_up)
    found: dict[int, int] = {}
    for same_name in (True, False):
        for out, y in enumerate(graph.outputs):
            for i in sorted(free):
                x = graph.inputs[i]
                if out in found or (x.shape, x.dtype) != (y.shape, y.dtype):
                    continue
                names = graph.input_names[i], graph.output_names[out]
                if not same_name or len({n.partition(".")[2] for n in names}) == 1:
                    found[out] = i
                    free.discard(i)
                    break
    return found


def is_alone(arrays: Sequence[np.ndarray], i: int) -> bool:
    """Whether nobody else can read an array, so that it may be written to."""
    # References: the list's, its tensor's unless it is a copy, and the call's own; the
    # base of an array has that of the array, and the call's.
    return (
        sys.getrefcount(arrays[i]) <= 3
        and arrays[i].flags.writeable
        and (arrays[i].base is None or sys.getrefcount(arrays[i].base) == 2)
    )
