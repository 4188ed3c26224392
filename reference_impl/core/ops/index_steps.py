"""What an index selects, as steps that can be read forward and transposed backward.

Every step is linear: a slice, a reshape, a gather and a permutation of axes.
"""

from __future__ import annotations

from typing import NamedTuple

from ..shape import Shape
from ..tensor import Tensor
from .gathering import _gather, _scatter_add
from .permuting import moved_block
from .reshaping import _reshape
from .slicing import Slice, _overwrite, _place, _slice


class Selection(NamedTuple):
    """What an index selects from a tensor, as the steps that read it."""

    source: Shape
    """The shape of the tensor."""
    slices: tuple[Slice, ...]
    """The first step; none if it takes everything."""
    sliced: Shape
    """The shape after it."""
    part: Shape
    """The shape after a reshape, which adds axes of size 1 for `None`."""
    axes: Shape = ()
    """The third step gathers along these axes of the part ..."""
    indices: tuple[Tensor, ...] = ()
    """... at these positions, one tensor for each."""
    block: Shape = ()
    """The shape to which the positions broadcast."""
    at: int = 0
    """The last step: before which other axis of the part the block's axes stand."""

    @property
    def shape(self) -> Shape:
        """The shape after all steps."""
        rest = [n for axis, n in enumerate(self.part) if axis not in self.axes]
        return (*rest[: self.at], *self.block, *rest[self.at :])

    def view(self, x: Tensor) -> Tensor:
        """Take the first two steps."""
        if self.slices:
            x = _slice(x, slices=self.slices)
        return x if self.part == self.sliced else _reshape(x, shape=self.part)

    def place(self, y: Tensor) -> Tensor:
        """Transpose the first two steps: a part among zeros."""
        y = self._unreshaped(y)
        return _place(y, slices=self.slices, shape=self.source) if self.slices else y

    def overwrite(self, x: Tensor, y: Tensor) -> Tensor:
        """Put another part into a tensor."""
        y = self._unreshaped(y)
        return _overwrite(x, y, slices=self.slices) if self.slices else y

    def _unreshaped(self, y: Tensor) -> Tensor:
        return y if self.part == self.sliced else _reshape(y, shape=self.sliced)

    def read(self, x: Tensor) -> Tensor:
        """Take all steps."""
        part = self.view(x)
        if not self.indices:
            return part
        rows = _gather(part, *self.indices, axes=self.axes)
        return moved_block(rows, len(self.block), 0, self.at)

    def rows(self, y: Tensor) -> Tensor:
        """Take the last step back: the axes of the block come first again."""
        return moved_block(y, len(self.block), self.at, 0)

    def spread(self, y: Tensor) -> Tensor:
        """Transpose all steps: what was read adds up where it came from."""
        if self.indices:
            rows = self.rows(y)
            y = _scatter_add(rows, *self.indices, axes=self.axes, shape=self.part)
        return self.place(y)
