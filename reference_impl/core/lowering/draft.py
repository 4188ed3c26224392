"""A loop nest in the making: views, and statements on their elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..codegen.in_place import in_place
from ..codegen.nest import Apply, Array, Literal, Load, Nest, Reduce, Statement, Store
from ..codegen.python_text import source
from ..kernel import Kernel, own_bytes
from ..pointwise import extents
from ..shape import Shape
from .view import View
from .walk import Axis, arranged, axes_of, points

# So many elements of the innermost loop are worth a call of the function.
GRAIN_POINTS = 4096
# Fewer elements than this are a short innermost loop.
LEAST_INNERMOST = 8


@dataclass
class Draft:
    """A nest in the making: arrays with a stride for each extent, and statements."""

    extents: Shape
    reduced: tuple[int, ...] = ()
    views: list[View] = field(default_factory=list)
    strides: list[tuple[int, ...]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)

    def array(self, view: View, strides: tuple[int, ...]) -> int:
        """The number of an array that is walked with these strides."""
        self.views.append(view)
        self.strides.append(strides)
        return len(self.views) - 1

    def add(self, statement: Statement) -> int:
        """The number of a statement's value."""
        self.statements.append(statement)
        return len(self.statements) - 1

    def load(self, view: View, places: Sequence[int]) -> int:
        """The value of a tensor whose extents stand at these places."""
        return self.add(Load(self.array(view, self._placed(view, places))))

    def store(self, view: View, places: Sequence[int], value: int) -> None:
        """Write a value to a tensor whose extents stand at these places."""
        number = self.array(view, self._placed(view, places))
        self.writes.append(number)
        self.add(Store(number, value))

    def _placed(self, view: View, places: Sequence[int]) -> tuple[int, ...]:
        steps = [
            stride
            for size, stride in zip(view.shape, view.strides, strict=True)
            if size != 1
        ]
        strides = [0] * len(self.extents)
        for place, stride in zip(places, steps, strict=True):
            strides[place] = stride
        return tuple(strides)

    def axes(
        self, *, leading: int | None = None, in_register: bool = False
    ) -> list[Axis]:
        """The loops, in order: that of the leading array in memory."""
        axes = axes_of(self.extents, self.strides, self.reduced)
        leading = self._leading() if leading is None else leading
        return arranged(axes, len(self.views), leading, in_register=in_register)

    def _leading(self) -> int:
        """The array whose order decides: the first that has all extents."""
        whole = [i for i, each in enumerate(self.strides) if all(each)]
        return next((i for i in whole if i in self.writes), whole[0] if whole else 0)

    def kernel(self, stem: str, axes: Sequence[Axis]) -> Kernel:
        """The function and its arguments."""
        arrays = tuple(
            Array(view.dtype, tuple(_known(axis, i, axes) for axis in axes))
            for i, view in enumerate(self.views)
        )
        nest = Nest(
            stem,
            tuple(axis.is_reduced for axis in axes),
            arrays,
            tuple(self.statements),
        )
        refs = [view.ref(self._step(i, axes)) for i, view in enumerate(self.views)]
        sizes = [axis.size for axis in axes[1:]]
        strides = [axes[place].strides[number] for number, place in nest.strides()]
        inner = points(axes[1:])
        count = len(self.views)
        applied = sum(isinstance(x, (Apply, Reduce)) for x in self.statements)
        return Kernel(
            source(nest),
            (*refs, *sizes, *strides),
            tuple(i for i in range(count) if i not in self.writes),
            tuple(self.writes),
            extent=axes[0].size,
            grain=max(1, GRAIN_POINTS // max(inner, 1)),
            operations=applied * inner * axes[0].size,
            in_place=tuple(pair for pair in in_place(nest) if self._are_alike(*pair)),
        )

    def _are_alike(self, one: int, other: int) -> bool:
        ours, theirs = self.views[one], self.views[other]
        is_shifted = ours.buffer is theirs.buffer and ours.offset != theirs.offset
        return (
            self.strides[one] == self.strides[other]
            and ours.dtype == theirs.dtype
            and not is_shifted
        )

    def _step(self, number: int, axes: Sequence[Axis]) -> int | None:
        """How many bytes belong to one element of the parallel axis, if they do."""
        inner = ((axis.size, axis.strides[number]) for axis in axes[1:])
        itemsize = self.views[number].dtype.itemsize
        return own_bytes(axes[0].strides[number], inner, itemsize)


def _known(axis: Axis, number: int, axes: Sequence[Axis]) -> int | None:
    """A stride that is part of the text, or `None` for an argument."""
    stride = axis.strides[number]
    return stride if stride == 0 or (stride == 1 and axis is axes[-1]) else None


def copy(x: View, out: View) -> list[Kernel]:
    """Write the elements of one tensor to another one of the same shape."""
    if x.is_same(out):
        return []
    nest = Draft(extents(out.shape))
    places = range(len(nest.extents))
    nest.store(out, places, nest.load(x, places))
    return [nest.kernel("copy", _copied(nest))]


def _copied(nest: Draft) -> list[Axis]:
    """The loops of a copy: as the result lies, or as x lies if that is much longer.

    RGB images are moved to channels last in 0.3 of the time. Whatever the order inside,
    the result is cut along the axis that its other kernels are cut along.
    """
    written, read = nest.axes(), nest.axes(leading=0)
    is_short = written[-1].size < LEAST_INNERMOST <= read[-1].size
    return read if is_short and read[0] == written[0] else written


def fill(out: View) -> list[Kernel]:
    """Write zeros."""
    nest = Draft(extents(out.shape))
    nest.store(out, range(len(nest.extents)), nest.add(Literal(0, out.dtype)))
    return [nest.kernel("fill", nest.axes())]


def added(x: View, out: View) -> list[Kernel]:
    """Add the elements of one tensor to those of another one of the same shape."""
    nest = Draft(extents(out.shape))
    places = range(len(nest.extents))
    terms = nest.load(out, places), nest.load(x, places)
    nest.store(out, places, nest.add(Apply("add", terms, out.dtype)))
    return [nest.kernel("added", nest.axes())]
