"""A graph as steps, node by node.

Every tensor gets a view of some buffer. Most nodes become kernels that write a buffer
of their own; some only look at the buffer of their operand in another way. A node for
which there is no generated code is a step of a library, which computes it by the op's
own rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..dtype import COMPLEX, float32, float64
from ..graph import Graph
from ..kernel import Buffer, Kernel, Loop
from ..passes.moves import VIEWS
from ..tensor import Tensor, value
from . import indexing, pooling, products, windowed
from .draft import copy, fill
from .indexing import Check
from .order import ordered
from .region import Region
from .step import Library, Step
from .view import View, new_view, viewed

Key = tuple[int, int]  # a node's serial, and which of its results


class NoKernel(Exception):
    """There is no generated code for a node in a loop of kernels."""


@dataclass
class Lowered:
    """What to run for a graph, in order, and where its ends are.

    Attributes
    ----------
    constants : dict of Buffer to numpy.ndarray
        Buffers that hold the constants of the graph.
    checks : list of Check
        Of inputs, to be made before anything runs.
    """

    steps: list[Step]
    inputs: list[View]
    outputs: list[View]
    constants: dict[Buffer, np.ndarray]
    checks: list[Check]


def lowered(graph: Graph, shared: Mapping[int, int] | None = None) -> Lowered:
    """The steps that compute a graph.

    Parameters
    ----------
    shared : mapping of int to int, optional
        Which output is to lie where an input lies.
    """
    inputs = [new_view(x.shape, x.dtype, "input") for x in graph.inputs]
    outputs = [new_view(x.shape, x.dtype, "output") for x in graph.outputs]
    for out, given in (shared or {}).items():
        outputs[out] = inputs[given]
    lowering = _Lowering(given={view.buffer for view in inputs})
    for x, view in zip(graph.inputs, inputs, strict=True):
        lowering.views[x.serial, 0] = view
    lowering.lower(graph, outputs, ordered(graph, shared or {}))
    return Lowered(lowering.steps, inputs, outputs, lowering.constants, lowering.checks)


def _key(x: Tensor) -> Key:
    """A tensor as one of the results of a node."""
    if x.op is not None and x.op.name == "pick":
        return x.inputs[0].serial, x.attrs["index"]
    return x.serial, 0


@dataclass
class _Lowering:
    """The steps so far, and where each tensor is."""

    steps: list[Step] = field(default_factory=list)
    views: dict[Key, View] = field(default_factory=dict)
    targets: dict[Key, View] = field(default_factory=dict)
    constants: dict[Buffer, np.ndarray] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    given: set[Buffer] = field(default_factory=set)

    def lower(
        self, graph: Graph, outputs: Sequence[View | None], nodes: Sequence[Tensor]
    ) -> None:
        """Add the steps of a graph, whose outputs are written where they belong."""
        ends = [
            (x, view)
            for x, view in zip(graph.outputs, outputs, strict=True)
            if view is not None
        ]
        for x, view in ends:
            if x.data is None:
                self.targets.setdefault(_key(x), view)
        for node in nodes:
            self._add(node)
        for x, view in ends:
            there = self.view(x)
            if not there.is_same(view):
                self.steps += copy(there, view)

    def view(self, x: Tensor) -> View:
        """Where a tensor is."""
        key = _key(x)
        if key not in self.views:
            self.views[key] = self._constant(x)
        return self.views[key]

    def _constant(self, x: Tensor) -> View:
        array = value(x, "compile")
        start = int(array.__array_interface__["data"][0])
        # A broadcast number has one element, however large it looks.
        buffer = Buffer(
            array.nbytes if all(array.strides) else array.itemsize, "constant"
        )
        self.constants[buffer] = array
        return View(buffer, array, start)

    def fresh(
        self, node: Tensor, index: int = 0, order: Sequence[int] | None = None
    ) -> View:
        """Where a result of a node is to be written."""
        key = node.serial, index
        if key in self.targets:
            self.views[key] = self.targets.pop(key)
        else:
            shape, dtype = node.shape, node.dtype
            if isinstance(dtype, tuple):
                shape, dtype = shape[index], dtype[index]
            self.views[key] = new_view(shape, dtype, node.op.name, order)
        return self.views[key]

    def in_order(self, x: View) -> View:
        """The same elements in row-major order."""
        if x.array.flags.c_contiguous:
            return x
        moved = new_view(x.shape, x.dtype, "copy")
        self.steps += copy(x, moved)
        return moved

    def apart(self, x: View, others: Sequence[View]) -> View:
        """The same elements where writing to others leaves them as they are."""
        if x.buffer not in {other.buffer for other in others}:
            return x
        moved = new_view(x.shape, x.dtype, "carry")
        self.steps += copy(x, moved)
        return moved

    def _add(self, node: Tensor) -> None:
        if node.op.name in VIEWS and self._as_view(node):
            return
        before = len(self.steps)
        inputs = [self.view(x) for x in node.inputs]
        try:
            RULES.get(node.op.name, _by_library)(self, node, inputs)
        except NoKernel:
            del self.steps[before:]
            _by_library(self, node, inputs)

    def _as_view(self, node: Tensor) -> bool:
        x = self.view(node.inputs[0])
        seen = viewed(node.op, x, node.attrs) or viewed(
            node.op, self.in_order(x), node.attrs
        )
        assert seen is not None, "what is in order can be counted off in any shape"
        for index, view in enumerate(seen if isinstance(seen, tuple) else (seen,)):
            self.views[node.serial, index] = view
        return True


Rule = Callable[[_Lowering, Tensor, list[View]], None]


def _by_library(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    several = node.dtype if isinstance(node.dtype, tuple) else (node.dtype,)
    outputs = tuple(self.fresh(node, index) for index in range(len(several)))
    self.steps.append(Library(node.op, tuple(inputs), node.attrs, outputs))


def _fused(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    body = node.attrs["body"]
    outputs = [
        self.fresh(node, index, _like(x, inputs))
        for index, x in enumerate(body.outputs)
    ]
    self.steps += Region(body, inputs, outputs, self.view).kernels()


def _like(x: Tensor, inputs: Iterable[View]) -> list[int] | None:
    """The order in memory of an operand that has the same elements, if there is one."""
    for view in inputs:
        if view.shape == x.shape and all(view.strides):
            return _order(view)
    return None


def _order(x: View) -> list[int]:
    """The axes as they lie in memory, the innermost last."""
    return sorted(range(len(x.shape)), key=lambda axis: -x.strides[axis])


def _place(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    if node.dtype in COMPLEX:  # no kernel writes complex zeros
        raise NoKernel
    out = self.fresh(node)
    self.steps += fill(out)
    self.steps += copy(inputs[0], _sliced(out, node.attrs["slices"]))


def _sliced(x: View, slices: Sequence[Any]) -> View:
    key = tuple(slice(*each) if isinstance(each, tuple) else each for each in slices)
    return x.at(x.array[(*key, ...)])


def _overwrite(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    is_part = len(inputs[1].shape) == len(node.shape)
    out = self.fresh(node, 0, _order(inputs[1]) if is_part else None)
    self.steps += copy(inputs[0], out)
    self.steps += copy(inputs[1], _sliced(out, node.attrs["slices"]))


def _concat(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    out, start, axis = self.fresh(node), 0, node.attrs["axis"]
    for x in inputs:
        part = [slice(None)] * len(out.shape)
        part[axis] = slice(start, start + x.shape[axis])
        self.steps += copy(x, out.at(out.array[tuple(part)]))
        start += x.shape[axis]


def _matmul(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    kernels = products.matmul(inputs[0], inputs[1], self.fresh(node))
    if kernels is None:
        raise NoKernel
    self.steps += kernels


def _convolved(compute: Callable[..., list[Kernel]], order: tuple[int, ...]) -> Rule:
    """The rule of a convolution or one of its gradients."""

    def rule(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
        if not windowed.has_kernel(inputs[0], node.attrs):
            raise NoKernel
        axes = order if len(node.shape) == 4 else None
        out = self.fresh(node, 0, axes)
        self.steps += compute(*inputs, out, node.attrs)

    return rule


def _pooled(compute: Callable[..., list[Kernel]]) -> Rule:
    """The rule of what `choose` or `spread` does."""

    def rule(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
        x = inputs[1]
        if not pooling.has_kernel(x, node.attrs):
            raise NoKernel
        out = self.fresh(node, 0, _order(x))
        self.steps += compute(*inputs, out, node.attrs)

    return rule


def _unwindows(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    (x,) = inputs
    if x.dtype not in (float32, float64):
        raise NoKernel
    first: Any = (..., *(0,) * len(node.attrs["shape"]))
    out = self.fresh(node, 0, _order(x.at(x.array[first])))
    self.steps += pooling.unwindows(x, out, node.attrs)


def _indexed(find: Callable[[View, View, View], Any]) -> Rule:
    """The rule of an op that finds rows, or labels, by integers."""

    def rule(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
        x, numbers = inputs[0], inputs[-1]
        is_constant = numbers.buffer in self.constants
        is_known = is_constant or (numbers.buffer in self.given and not numbers.turn)
        if len(inputs) > 2 or not is_known or node.attrs.get("axes", (0,)) != (0,):
            raise NoKernel
        if x.dtype not in (float32, float64):
            raise NoKernel
        kernels, check = find(
            self.in_order(x), self.in_order(numbers), self.fresh(node)
        )
        self.steps += kernels
        if is_constant:
            check(numbers.array)
        else:
            self.checks.append(replace(check, numbers=numbers))

    return rule


def _scan(self: _Lowering, node: Tensor, inputs: list[View]) -> None:
    body, carries, slices = (node.attrs[name] for name in ("body", "carries", "slices"))
    end = carries + slices
    carry = [self.fresh(node, index) for index in range(carries)]
    stacked = [self.fresh(node, index) for index in range(carries, len(body.outputs))]
    if any(view.turn for view in (*inputs, *stacked)):
        raise NoKernel
    for first, view in zip(inputs, carry, strict=False):
        self.steps += copy(first, view)
    given = [*carry, *(_turning(x, node) for x in inputs[carries:end]), *inputs[end:]]
    inner = _Lowering(constants=self.constants)
    for x, view in zip(body.inputs, given, strict=True):
        inner.views[x.serial, 0] = view
    slots = [_turning(y, node) for y in stacked]
    # What is both a result and a carry is written to the result, and copied.
    inner.lower(body, [*[None] * carries, *slots], ordered(body, {}))
    after = [inner.view(x) for x in body.outputs[:carries]]
    after = [inner.apart(x, carry) for x in after]
    for new, view in zip(after, carry, strict=True):
        inner.steps += copy(new, view)
    kernels = tuple(each for each in inner.steps if isinstance(each, Kernel))
    if len(kernels) < len(inner.steps):
        raise NoKernel
    self.steps.append(Loop(kernels, node.attrs["length"]))


def _turning(x: View, node: Tensor) -> View:
    """The slice of a sequence for the first turn of a loop, further at every turn."""
    length, stride = node.attrs["length"], x.array.strides[0]
    first = length - 1 if node.attrs["reverse"] else 0
    # Three dots, or a number of a vector would be a copy.
    array = x.array[first, ...] if length else np.empty(x.shape[1:], x.dtype)
    turn = -stride if node.attrs["reverse"] else stride
    return View(x.buffer, array, x.start, turn)


RULES: dict[str, Rule] = {
    "choose": _pooled(pooling.choose),
    "concat": _concat,
    "conv": _convolved(windowed.conv, windowed.IMAGE),
    "conv_filters": _convolved(windowed.conv_filters, windowed.FILTERS),
    "conv_transpose": _convolved(windowed.conv_transpose, windowed.IMAGE),
    "fused": _fused,
    "gather": _indexed(indexing.gathered),
    "matmul": _matmul,
    "overwrite": _overwrite,
    "place": _place,
    "scan": _scan,
    "scatter_add": _indexed(indexing.scattered),
    "softmax_cross_entropy": _indexed(indexing.cross_entropies),
    "softmax_surplus": _indexed(indexing.surpluses),
    "spread": _pooled(pooling.spread),
    "unwindows": _unwindows,
}
