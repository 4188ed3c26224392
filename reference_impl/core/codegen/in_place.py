"""Which arrays of a nest may share their memory, one being written over the other.

If what is written at a place needs the element that was read there, it is written
later, and nothing is lost as long as no other array of the nest is in that memory too.
It has to need it still when a compiler has simplified it: `0 * x` of integers is zero,
which may be written before x is read. So only some ops hand on what is needed:

    of floats     those that make a NaN of a NaN, and choices
    of integers   sums and differences, if no other operand reads that array

A choice by a condition that reads other arrays is taken for one that goes both ways.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..dtype import FLOATS
from .nest import Apply, Literal, Load, Nest, Store, operands

# These may make a number of a NaN.
_FORGETFUL = ("copysign", "pow")
# Each value of an operand has a result of its own, whatever the other one is.
_REVERSIBLE = (
    *("add", "bitwise_invert", "bitwise_xor", "logical_not", "logical_xor"),
    *("negative", "subtract"),
)

Arrays = frozenset[int]
NONE: Arrays = frozenset()


def in_place(nest: Nest) -> Iterator[tuple[int, int]]:
    """Pairs of arrays, read and written; their strides that are arguments must agree.

    A reduction needs elements from many places, so it counts as needing none.
    """
    if any(isinstance(x, Literal) and x.value != x.value for x in nest.statements):
        return  # a sum with a NaN needs nothing else
    read: list[Arrays] = []  # what each value is made of
    needed: list[Arrays] = []  # what of that it cannot do without
    for statement in nest.statements:
        values = operands(statement)
        own = frozenset({statement.array}) if isinstance(statement, Load) else NONE
        read.append(own.union(*(read[i] for i in values)))
        needed.append(own)
        if isinstance(statement, Apply):
            pairs = [(read[i], needed[i]) for i in values]
            needed[-1] = _needed(statement, pairs)
        elif isinstance(statement, Store):
            alike = nest.arrays[statement.array]
            found = (k for k in needed[statement.value] if nest.arrays[k] == alike)
            yield from ((k, statement.array) for k in found)


def _needed(apply: Apply, values: list[tuple[Arrays, Arrays]]) -> Arrays:
    """The arrays that an op's result needs, by what its operands read and need."""
    if apply.dtype.kind not in FLOATS:
        is_reversible = apply.op in _REVERSIBLE
        return _needed_once(values) if is_reversible else NONE
    if apply.op == "gated":
        (condition, _), (_, x) = values
        return x - condition
    if apply.op == "where":
        (condition, _), (_, x), (_, y) = values
        return (x & y) | ((x | y) - condition)
    if apply.op in _FORGETFUL:
        return NONE
    return NONE.union(*(needed for _, needed in values))


def _needed_once(values: list[tuple[Arrays, Arrays]]) -> Arrays:
    """What one operand needs and no other one reads: x + y, but not x - x."""
    return NONE.union(
        *(
            needed.difference(*(read for read, _ in values[:i] + values[i + 1 :]))
            for i, (_, needed) in enumerate(values)
        )
    )
