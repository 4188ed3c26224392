"""How a tensor lies in a buffer.

Reshaping, permuting, slicing and broadcasting move nothing: the result is the same
bytes under another shape and other strides. NumPy's rules for these ops say so, and so
they are asked: a view holds a NumPy array over memory that nobody touches, which the
rules turn into another one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..dtype import Dtype
from ..kernel import Buffer, Ref
from ..shape import Shape


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """A part of a buffer as an array.

    Attributes
    ----------
    array : numpy.ndarray
        Of which only shape, strides, dtype and place are looked at.
    start : int
        The address at which the buffer would begin.
    stride : int
        How many bytes further the view is at every iteration of a loop.
    """

    buffer: Buffer
    array: np.ndarray
    start: int
    stride: int = 0

    @property
    def shape(self) -> Shape:
        """The sizes of the axes."""
        return self.array.shape

    @property
    def dtype(self) -> Dtype:
        """The type of the elements."""
        return self.array.dtype

    @property
    def strides(self) -> Shape:
        """How many elements apart neighbours are, for each axis."""
        return tuple(n // self.dtype.itemsize for n in self.array.strides)

    @property
    def offset(self) -> int:
        """Where the first element is, in bytes from the buffer's beginning."""
        return int(self.array.__array_interface__["data"][0]) - self.start

    def ref(self, step: int | None = None) -> Ref:
        """The address of the first element, as an argument of a kernel."""
        return Ref(self.buffer, self.offset, step, self.stride)

    def at(self, array: np.ndarray) -> View:
        """Another array over the same memory."""
        return replace(self, array=array)

    def is_same(self, other: View) -> bool:
        """Whether two views of one shape have every element at the same place."""
        axes = zip(self.shape, self.strides, other.strides, strict=True)
        return (
            self.buffer is other.buffer
            and (self.offset, self.stride) == (other.offset, other.stride)
            and all(size == 1 or ours == theirs for size, ours, theirs in axes)
        )

    def as_rows(self, shape: Shape) -> View | None:
        """The same elements in another shape, unless they would have to move."""
        try:
            return self.at(self.array.reshape(shape, copy=False))
        except ValueError:
            return None


def new_view(
    shape: Shape, dtype: Dtype, maker: str, order: Sequence[int] | None = None
) -> View:
    """A buffer of its own for a tensor, with the axes in some order in memory."""
    order = range(len(shape)) if order is None else order
    sizes = [shape[axis] for axis in order]
    memory = np.empty(max(math.prod(shape), 1), dtype)
    array = memory[: math.prod(shape)].reshape(sizes).transpose(np.argsort(order))
    buffer = Buffer(memory.nbytes, maker)
    return View(buffer, array, memory.__array_interface__["data"][0])


def viewed(op: Any, x: View, attrs: dict[str, Any]) -> View | tuple[View, ...] | None:
    """The result of an op as a view of its operand, if it is one."""
    if op.name == "reshape":
        return x.as_rows(attrs["shape"])
    result = op.compute(x.array, **attrs)
    if isinstance(result, tuple):
        return tuple(map(x.at, result))
    return x.at(result)
