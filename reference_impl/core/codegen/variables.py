"""What the variables of a generated function are called, in any language.

    x0, x1      arrays that are read        n1, n2    sizes of axes
    y0, y1      arrays that are written     i0, i1    positions on axes
    v3          the value of statement 3    x0_s1     the stride of x0 on axis 1
    p3          a block's part of a sum     x0_i1     the offset of x0 at i0 and i1
    b1          where a block begins

An offset is computed in the loop of its axis, for all that stands further in.
"""

from __future__ import annotations

import itertools

from .nest import Nest, Store


class Variables:
    """The variables of a nest's function: arrays, other arguments, offsets.

    Attributes
    ----------
    names : list of str
        Of the arrays.
    arguments : list of str
        In their order; the arrays come first.
    offsets : list of (array, axis)
        Which offsets have variables: all but those on an array's last axis.
    """

    def __init__(self, nest: Nest) -> None:
        self.nest = nest
        written = {x.array for x in nest.statements if isinstance(x, Store)}
        x, y = itertools.count(), itertools.count()
        self.names = [
            f"y{next(y)}" if k in written else f"x{next(x)}"
            for k in range(len(nest.arrays))
        ]
        self.arguments = [
            *self.names,
            *(f"n{axis}" for axis in range(1, len(nest.reduced))),
            *(self._stride(k, axis) for k, axis in nest.strides()),
        ]
        self.offsets = [
            (k, axis)
            for k in range(len(nest.arrays))
            for axis in self.axes(k)[:-1]
            if self._term(k, axis) != self._offset(k, axis)
        ]

    def axes(self, k: int) -> list[int]:
        """On which axes an array does not repeat its elements."""
        return [
            a for a, stride in enumerate(self.nest.arrays[k].strides) if stride != 0
        ]

    def _stride(self, k: int, axis: int) -> str:
        return f"{self.names[k]}_s{axis}"

    def _term(self, k: int, axis: int) -> str:
        if self.nest.arrays[k].strides[axis] == 1:
            return f"i{axis}"
        return f"i{axis} * {self._stride(k, axis)}"

    def _offset(self, k: int, axis: int) -> str:
        """What the offset of an array is called at the position on an axis."""
        is_first = axis == self.axes(k)[0]
        is_plain = self.nest.arrays[k].strides[axis] == 1
        return f"i{axis}" if is_first and is_plain else f"{self.names[k]}_i{axis}"

    def offset(self, k: int, axis: int) -> tuple[str, str]:
        """The variable of an offset, and what it is."""
        axes = self.axes(k)
        outer = [self._offset(k, a) for a in axes[: axes.index(axis)][-1:]]
        return self._offset(k, axis), " + ".join([*outer, self._term(k, axis)])

    def index(self, k: int) -> str:
        """Which element of an array is meant, counted from its address."""
        axes = self.axes(k)
        return self.offset(k, axes[-1])[1] if axes else "0"
