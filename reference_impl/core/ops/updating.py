"""`x.at[index]`: tensors like `x`, but for the elements that an index selects.

Adding is the transpose of reading, which adds up what is written twice to one place.
For every other update two questions about integers decide: who wrote to a place last,
and who wrote there before. The answers are constants, so that the update is a gather,
a function of pairs of elements and a choice, and its derivatives follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dtype import INTEGERS, int64
from ..errors import DtypeError
from ..kinds import constant
from ..op import public
from ..operands import Operand, as_tensors, promoted
from ..shape import Shape
from ..tensor import Tensor
from .creation import ones_like
from .elementwise import divide, maximum, minimum, multiply, where
from .gathering import _gather, fitted, row_numbers
from .index_steps import Selection
from .indexing import selection
from .permuting import moveaxis
from .reshaping import _reshape

__all__ = ["at"]

Rule = Callable[[Tensor, Tensor], Tensor]
Neutral = Callable[[Tensor], Tensor]


@constant(
    shape=lambda *indices, axes, shape: tuple(shape[axis] for axis in axes),
    dtype=lambda *indices, axes, shape: int64,
    kinds=INTEGERS,
    domain=lambda draw: [
        ((np.array([2, -1, 2, 0]),), {"axes": (0,), "shape": (4, 3)}),
        (
            (np.array([[0], [2]]), np.array([1, 1])),
            {"axes": (0, 2), "shape": (3, 2, 4)},
        ),
        ((np.array([], int),), {"axes": (0,), "shape": (2,)}),
    ],
)
def _last_writer(*indices, axes, shape):
    """Which of the positions, in their order, is the last to name a row; -1 if none."""
    numbers = row_numbers(indices, axes, shape, who="at")
    sizes = [shape[axis] for axis in axes]
    writers = np.full(math.prod(sizes), -1, np.int64)
    writers[numbers] = np.arange(len(numbers))  # NumPy leaves the last of several
    return writers.reshape(sizes)


def _count(*indices: Any, axes: Shape, shape: Shape) -> Shape:
    return (math.prod(np.broadcast_shapes(*[index.shape for index in indices])),)


@constant(
    shape=_count,
    dtype=lambda *indices, axes, shape: int64,
    kinds=INTEGERS,
    domain=lambda draw: [
        ((np.array([2, -1, 2, 0, -2]),), {"axes": (0,), "shape": (4, 3)}),
        (
            (np.array([[0], [2]]), np.array([1, 1])),
            {"axes": (0, 2), "shape": (3, 2, 4)},
        ),
        ((np.array([], int),), {"axes": (0,), "shape": (2,)}),
    ],
)
def _previous_writer(*indices, axes, shape):
    """Which of the positions is the last before each to name the same row, or -1."""
    numbers = row_numbers(indices, axes, shape, who="at")
    order = np.argsort(numbers, kind="stable")
    before, after = order[:-1], order[1:]
    is_same = numbers[before] == numbers[after]
    previous = np.full(len(numbers), -1, np.int64)
    previous[after[is_same]] = before[is_same]
    return previous


def _folded(
    fold: Rule, neutral: Neutral, rows: Tensor, indices: Any, attrs: Any
) -> Tensor:
    """Combine every row with all those written before it to the same place.

    Each round doubles the number of rows that are combined.

    Source: Wyllie 1979, pointer jumping.
    """
    N = rows.shape[0]
    previous = _previous_writer(*indices, **attrs)
    for _ in range((N - 1).bit_length()):
        has_previous = previous >= 0
        # Where there is none, -1 reads the last row, and what it reads is not used.
        earlier = _gather(rows, previous, axes=(0,))
        is_there = _reshape(has_previous, shape=(N, *(1,) * (rows.ndim - 1)))
        rows = fold(rows, where(is_there, earlier, neutral(rows)))
        farther = _gather(previous, previous, axes=(0,))
        previous = where(has_previous, farther, previous)
    return rows


@dataclass(frozen=True, slots=True)
class At:
    """A tensor that waits for an index, in square brackets."""

    x: Tensor

    def __getitem__(self, index: Any) -> Update:
        return Update(self.x, selection(self.x, index))


@dataclass(frozen=True, slots=True)
class Update:
    """The elements of a tensor that an index selects, before they are exchanged.

    Each method returns a tensor like `x`. What is given broadcasts to the shape of
    `x[index]` and must fit into the dtype of `x`. It may name an element repeatedly:
    all that is given for it is combined, and `set` keeps the last.

    Raises
    ------
    DtypeError
        If what is given does not fit into the dtype of `x`.
    ShapeError
        If it does not broadcast to the shape of `x[index]`.
    """

    x: Tensor
    selection: Selection

    def get(self) -> Tensor:
        """The elements themselves, `x[index]`."""
        return self.selection.read(self.x)

    def set(self, y: Operand) -> Tensor:
        """Put other elements in their place; of several for one, only the last."""
        return self._updated("at.set", y, lambda x, y: y, neutral=_itself)

    def add(self, y: Operand) -> Tensor:
        """Add to them."""
        return self.x + self.selection.spread(self._fitted("at.add", y))

    def subtract(self, y: Operand) -> Tensor:
        """Subtract from them."""
        return self.x - self.selection.spread(self._fitted("at.subtract", y))

    def multiply(self, y: Operand) -> Tensor:
        """Multiply them."""
        return self._updated("at.multiply", y, multiply, multiply, neutral=ones_like)

    def divide(self, y: Operand) -> Tensor:
        """Divide them."""
        return self._updated("at.divide", y, divide, multiply, neutral=ones_like)

    def min(self, y: Operand) -> Tensor:
        """Keep the smaller of each and what is given."""
        return self._updated("at.min", y, minimum, minimum, neutral=_itself)

    def max(self, y: Operand) -> Tensor:
        """Keep the larger of each and what is given."""
        return self._updated("at.max", y, maximum, maximum, neutral=_itself)

    def _fitted(self, who: str, y: Operand) -> Tensor:
        x, y = promoted(who, (self.x, y))
        if x.dtype != self.x.dtype:
            raise DtypeError(
                f"{who}: {x.dtype} does not fit into a tensor of {self.x.dtype}; "
                f"convert one with `astype`"
            )
        return fitted(who, y, self.selection.shape)

    def _updated(
        self,
        who: str,
        y: Operand,
        change: Rule,
        fold: Rule | None = None,
        *,
        neutral: Neutral,
    ) -> Tensor:
        """The tensor with `change(old, given)` in place of the selected elements.

        `fold` combines what is given for one element, in place of the last of it;
        `neutral` makes of elements what changes nothing when it is combined with them.
        """
        given, part = self._fitted(who, y), self.selection.view(self.x)
        if self.selection.indices:
            given = self._collected(given, part, fold, neutral)
        return self.selection.overwrite(self.x, change(part, given))

    def _collected(
        self, given: Tensor, part: Tensor, fold: Rule | None, neutral: Neutral
    ) -> Tensor:
        """For every element of a slice what is given for it, or what is neutral."""
        axes, indices = self.selection.axes, self.selection.indices
        attrs = {"axes": axes, "shape": part.shape}
        block, first = len(self.selection.block), range(len(axes))
        rows = self.selection.rows(given)
        N, rest = math.prod(rows.shape[:block]), rows.shape[block:]
        unchanged = neutral(moveaxis(part, axes, first))
        writer = _last_writer(*indices, **attrs)  # refuses what is out of range
        if not N:
            return moveaxis(unchanged, first, axes)
        rows = _reshape(rows, shape=(N, *rest))
        if fold is not None:
            rows = _folded(fold, neutral, rows, indices, attrs)
        is_written = _reshape(writer >= 0, shape=(*writer.shape, *(1,) * len(rest)))
        written = where(is_written, _gather(rows, writer, axes=(0,)), unchanged)
        return moveaxis(written, first, axes)


def _itself(x: Tensor) -> Tensor:
    return x


@public
def at(x: Operand) -> At:
    """Make functional updates of a tensor; see `Update` for what there is.

    `at(x)[index].set(y)`, or `x.at[index].set(y)`, is `x` with `y` for `x[index]`.
    """
    (x,) = as_tensors("at", (x,))
    return At(x)
