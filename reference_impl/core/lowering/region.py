"""A fused node as loop nests.

Every array of the region, read or written, has a stride for each of its extents (the
axes along which there is something to walk); `walk` puts these in order. Most regions
are one nest. A reduction of everything, or of rows into one row, is two: the first one
reduces parts of the elements, so that threads can share them and errors of rounding do
not add up along the whole way, the second one reduces the results of the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..codegen.nest import Apply, Literal, Reduce, Store
from ..dtype import HALVES, bool_, float32
from ..graph import Graph
from ..kernel import Kernel
from ..pointwise import extents, is_reduction, reduced_places
from ..show import uniform_value
from ..tensor import Tensor
from .draft import Draft
from .view import View, new_view
from .walk import Axis, good_parts, parted

# A part of a reduction has at least so many rows, or so many elements of one row.
LEAST_ROWS, LEAST_ELEMENTS = 16, 4096

# Elements of a kept axis that make parts of a reduced one unnecessary.
ENOUGH = 8

# Numbers that are printed: a processor does something else with them.
_PRINTED = (0, 1, -1, 2, 0.5)


class Region:
    """The nests of one fused node.

    Parameters
    ----------
    body : Graph
        What is computed.
    inputs, outputs : sequences of View
        Of the body's inputs and outputs.
    constant : callable
        The view of a tensor that is known.
    """

    def __init__(
        self,
        body: Graph,
        inputs: Sequence[View],
        outputs: Sequence[View],
        constant: Callable[[Tensor], View],
    ) -> None:
        self.constant = constant
        self.stem = body.name
        self.nodes = body.nodes()
        self.views = dict(zip([x.serial for x in body.inputs], inputs, strict=True))
        self.outputs = [
            (x, view) for x, view in zip(body.outputs, outputs, strict=True)
        ]
        first = next(node for node in self.nodes if node.op.name != "reshape")
        self.extents = extents(first.inputs[0].shape)
        reductions = [node for node in self.nodes if is_reduction(node)]
        self.reduced = reduced_places(reductions[0]) if reductions else ()
        self.whole = tuple(range(len(self.extents)))
        self.kept = tuple(i for i in self.whole if i not in self.reduced)
        self.after = _after(self.nodes)

    def kernels(self) -> list[Kernel]:
        """The kernels that compute the region."""
        if not self.reduced:
            nest = Draft(self.extents)
            self._compute(nest, self.nodes, {})
            return [nest.kernel(self.stem, nest.axes())]
        before = [node for node in self.nodes if node.serial not in self.after]
        reductions = [node for node in self.nodes if is_reduction(node)]
        followers = [
            node
            for node in self.nodes
            if node.serial in self.after and not is_reduction(node)
        ]
        nest = Draft(self.extents, self.reduced)
        values = self._compute(nest, before, {})
        totals = {}
        for node in reductions:
            operand = self._value(nest, node.inputs[0], values, second=False)
            totals[node.serial] = _reduce(nest, node, operand)
        axes = nest.axes()
        if axes[-1].is_reduced and not _is_worth_parting(axes):
            values |= {
                node.serial: _converted(nest, totals[node.serial], node)
                for node in reductions
            }
            self._store(nest, reductions, values)
            self._compute(nest, followers, values)
            return [nest.kernel(self.stem, nest.axes())]
        return self._in_two(nest, axes, reductions, followers, totals)

    def _in_two(
        self,
        nest: Draft,
        axes: list[Axis],
        reductions: Sequence[Tensor],
        followers: Sequence[Tensor],
        totals: dict[int, int],
    ) -> list[Kernel]:
        """Reduce parts, then what came of them."""
        where = next(i for i, axis in enumerate(axes) if axis.is_reduced)
        is_flat = axes[-1].is_reduced
        least = LEAST_ELEMENTS if is_flat else LEAST_ROWS
        is_shared = axes[0].size >= ENOUGH  # by threads, along a kept axis
        parts = 1 if is_shared else good_parts(axes[where].size, least)
        kept = tuple(self.extents[i] for i in self.kept)
        last = (parts,) if parts > 1 else ()
        second = Draft((*kept, *last), (len(kept),) if last else ())
        values: dict[int, int] = {}
        partial: dict[int, int] = {}  # arrays, and how far apart parts lie in them
        for node in reductions:
            total = totals[node.serial]
            made = nest.statements[total]
            assert isinstance(made, Reduce)
            view = new_view((parts, *kept), made.dtype, f"{node.op.name} of parts")
            number = nest.array(view, self._kept_strides(view))
            nest.writes.append(number)
            nest.add(Store(number, total))
            partial[number] = view.strides[0]
            shown = view.at(np.moveaxis(view.array, 0, -1))
            again = second.load(shown, range(len(extents(shown.shape))))
            if parts > 1:
                again = second.add(Reduce(made.kind, again, made.dtype))
            values[node.serial] = _converted(second, again, node)
        first = self._parted_kernel(nest, parts, partial)
        self._store(second, reductions, values, second=True)
        self._compute(second, followers, values, second=True)
        # What follows needs each total before the next one.
        order = second.axes(in_register=bool(followers) or _are_rounded(reductions))
        return [first, second.kernel(f"{self.stem}_of_parts", order)]

    def _kept_strides(self, view: View) -> tuple[int, ...]:
        strides = [0] * len(self.extents)
        for place, stride in zip(self.kept, view.strides[1:], strict=True):
            strides[place] = stride
        return tuple(strides)

    def _parted_kernel(
        self, nest: Draft, parts: int, partial: dict[int, int]
    ) -> Kernel:
        axes = nest.axes()
        if parts == 1:
            return nest.kernel(self.stem, axes)
        where = next(i for i, axis in enumerate(axes) if axis.is_reduced)
        outer, inside = parted(axes[where], parts)
        strides = tuple(
            partial.get(i, stride) for i, stride in enumerate(outer.strides)
        )
        rest = [axis for axis in axes[:where] if axis.size != 1]
        order = [replace(outer, strides=strides), *rest, inside, *axes[where + 1 :]]
        return nest.kernel(self.stem, order)

    def _compute(
        self,
        nest: Draft,
        nodes: Sequence[Tensor],
        values: dict[int, int],
        *,
        second: bool = False,
    ) -> dict[int, int]:
        """Add the statements of nodes, and the stores of those that are outputs."""
        values = dict(values)
        for node in nodes:
            if node.op.name == "reshape":
                values[node.serial] = self._value(nest, node.inputs[0], values, second)
                continue
            operands = [self._value(nest, x, values, second) for x in node.inputs]
            # A reduction of axes of size 1 has nothing to reduce.
            name = "astype" if is_reduction(node) else node.op.name
            values[node.serial] = nest.add(Apply(name, tuple(operands), node.dtype))
            self._store(nest, [node], values, second=second)
        return values

    def _value(
        self, nest: Draft, x: Tensor, values: dict[int, int], second: bool
    ) -> int:
        if x.serial in values:
            return values[x.serial]
        if x.data is not None and (number := _printed(x)) is not None:
            values[x.serial] = nest.add(Literal(number, x.dtype))
        else:
            view = self.constant(x) if x.data is not None else self.views[x.serial]
            values[x.serial] = nest.load(view, self._places(view, second))
        return values[x.serial]

    def _places(self, view: View, second: bool) -> tuple[int, ...]:
        """Where the extents of a tensor are among those of the nest."""
        sizes = extents(view.shape)
        if second:
            return tuple(range(len(sizes)))
        return self.whole if sizes == self.extents else self.kept

    def _store(
        self,
        nest: Draft,
        nodes: Sequence[Tensor],
        values: dict[int, int],
        *,
        second: bool = False,
    ) -> None:
        for node in nodes:
            for x, view in self.outputs:
                if x is node:
                    nest.store(view, self._places(view, second), values[node.serial])


def _after(nodes: Sequence[Tensor]) -> set[int]:
    """The nodes that are reductions, or read one."""
    after: set[int] = set()
    for node in nodes:
        if is_reduction(node) or any(x.serial in after for x in node.inputs):
            after.add(node.serial)
    return after


def _is_worth_parting(axes: Sequence[Axis]) -> bool:
    """Whether one row is all there is, and long."""
    reduced = next(axis for axis in axes if axis.is_reduced)
    return axes[0].size == 1 and good_parts(reduced.size, LEAST_ELEMENTS) > 1


def _reduce(nest: Draft, node: Tensor, value: int) -> int:
    """The statement of a reduction, in a type that is wide enough."""
    dtype = node.dtype
    if node.op.name in ("any", "all"):
        dtype = bool_
    elif dtype in HALVES:
        dtype = float32
    if dtype != node.inputs[0].dtype:
        value = nest.add(Apply("astype", (value,), dtype))
    return nest.add(Reduce(node.op.name, value, dtype))


def _are_rounded(reductions: Sequence[Tensor]) -> bool:
    return any(node.dtype in HALVES for node in reductions)


def _converted(nest: Draft, value: int, node: Tensor) -> int:
    if node.dtype in HALVES:
        return nest.add(Apply("astype", (value,), node.dtype))
    return value


def _printed(x: Tensor) -> bool | int | float | None:
    """The number that a constant repeats, if it is one that is printed."""
    element = uniform_value(x)
    if (
        element is None
        or element not in _PRINTED
        or (np.signbit(element) and not element)
    ):
        return None
    return element.item()
