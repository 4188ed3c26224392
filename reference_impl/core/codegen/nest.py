"""Loop nests: what a generated function computes, in no language yet.

A nest has axes, from the outermost loop to the innermost. The first one is the parallel
axis of a kernel and is always kept; an axis that is reduced is summed over, or its
largest element is sought. Inside stand statements, each with one value, which later
statements read by its position: loads, ops on single elements, reductions, stores.

A nest knows dtypes, and which strides are 0 or 1; sizes and other strides are arguments
of the function, so one nest serves many shapes. The arguments are, in this order:

    the addresses of all arrays
    the sizes of all axes but the first
    the strides that are `None`, in elements, array by array and axis by axis
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..dtype import Dtype


@dataclass(frozen=True, slots=True)
class Array:
    """How a nest walks over the elements of an array.

    Attributes
    ----------
    strides : tuple of 0, 1 or None
        For each axis of the nest, in elements; `None` is known when the kernel runs.
    """

    dtype: Dtype
    strides: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """Read an element of an array."""

    array: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A number that is part of the text."""

    value: bool | int | float
    dtype: Dtype


@dataclass(frozen=True, slots=True)
class Apply:
    """An elementwise op, `where` or `astype`, on values; `dtype` is the result's."""

    op: str
    operands: tuple[int, ...]
    dtype: Dtype


@dataclass(frozen=True, slots=True)
class Reduce:
    """One value for all positions on the reduced axes.

    `kind` is "sum", "prod", "max", "min", "any" or "all"; maxima and minima of what
    holds a NaN are NaN. Statements that read the value, or store it, come after the
    loops over the reduced axes.
    """

    kind: str
    operand: int
    dtype: Dtype


@dataclass(frozen=True, slots=True)
class Store:
    """Write a value to an array; what is reduced is written once."""

    array: int
    value: int


Statement = Load | Literal | Apply | Reduce | Store


def operands(statement: Statement) -> tuple[int, ...]:
    """The values that a statement reads."""
    match statement:
        case Apply(_, values, _):
            return values
        case Reduce(_, value, _) | Store(_, value):
            return (value,)
    return ()


@dataclass(frozen=True, slots=True)
class Nest:
    """Loops, arrays and statements.

    Attributes
    ----------
    stem : str
        What its function's name begins with, such as `add_relu`.
    reduced : tuple of bool
        For each axis, whether it is reduced. If kept axes lie inside of a reduced one,
        the reduction is accumulated in the array in which it is stored: the stored
        value must then be the `Reduce` itself, of the array's dtype.
    """

    stem: str
    reduced: tuple[bool, ...]
    arrays: tuple[Array, ...]
    statements: tuple[Statement, ...]

    def strides(self) -> Iterator[tuple[int, int]]:
        """The array and axis of every stride that is an argument, in their order."""
        for number, array in enumerate(self.arrays):
            for axis, stride in enumerate(array.strides):
                if stride is None:
                    yield number, axis
