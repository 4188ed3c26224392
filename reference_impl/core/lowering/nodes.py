"""A graph in the middle of being lowered: the steps so far, and where tensors are.

Nodes are taken one after the other. Some only look at the buffer of their operand in
another way; for the others there are rules, which add kernels that write a buffer. A
node for which there is no generated code is a step of a library, which computes it by
the op's own rule and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..kernel import Buffer
from ..pointwise import VIEWS
from ..tensor import Tensor, value
from .draft import copy
from .indexing import Check
from .step import Library, Step
from .view import View, new_view, viewed

Key = tuple[int, int]  # a node's serial, and which of its results

Rule = Callable[["Lowering", Tensor, Sequence[View]], None]


class NoKernel(Exception):
    """There is no generated code for a node; the message says why.

    A rule raises it before it has added a step.
    """


@dataclass
class Lowering:
    """The steps so far, and where each tensor is.

    Attributes
    ----------
    rule_of : callable
        The rule of an op, by its name.
    constants : dict of Buffer to numpy.ndarray
        What buffers hold that are known.
    given : set of Buffer
        Those of the inputs of the whole graph.
    iterations : int or None
        How often the steps will run, if they are the body of a loop.
    """

    rule_of: Callable[[str], Rule]
    steps: list[Step] = field(default_factory=list)
    views: dict[Key, View] = field(default_factory=dict)
    targets: dict[Key, View] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    constants: dict[Buffer, np.ndarray] = field(default_factory=dict)
    known: dict[int, View] = field(default_factory=dict)
    given: set[Buffer] = field(default_factory=set)
    iterations: int | None = None

    def inside(self, iterations: int | None) -> Lowering:
        """The lowering of a graph that a node of this one holds."""
        shared = self.constants, self.known, self.given
        return Lowering(self.rule_of, [], {}, {}, [], *shared, iterations)

    def lower(
        self,
        nodes: Sequence[Tensor],
        inputs: Sequence[tuple[Tensor, View]],
        outputs: Sequence[tuple[Tensor, View]],
    ) -> None:
        """Add the steps of nodes; outputs are written at once where they belong."""
        self.views, self.targets = {_key(x): view for x, view in inputs}, {}
        for x, view in outputs:
            if x.data is None:
                self.targets.setdefault(_key(x), view)
        for node in nodes:
            self._add(node)
        for x, view in outputs:
            self.steps += copy(self.view(x), view)

    def view(self, x: Tensor) -> View:
        """Where a tensor is."""
        found = self.views.get(_key(x))
        return self._constant(x) if found is None else found

    def _constant(self, x: Tensor) -> View:
        if x.serial not in self.known:
            array = value(x, "compile")
            start = int(array.__array_interface__["data"][0])
            # A broadcast number has one element, however large it looks.
            nbytes = array.nbytes if all(array.strides) else array.itemsize
            buffer = Buffer(nbytes, "constant")
            self.constants[buffer] = array
            self.known[x.serial] = View(buffer, array, start)
        return self.known[x.serial]

    def fresh(
        self, node: Tensor, index: int = 0, order: Sequence[int] | None = None
    ) -> View:
        """Where a result of a node is to be written: the same place whenever asked."""
        key = node.serial, index
        if key in self.targets:
            self.views[key] = self.targets.pop(key)
        if key not in self.views:
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

    def apart(self, x: View, place: View, others: Sequence[View]) -> View:
        """Elements for a place, where writing to others leaves them as they are."""
        if x.is_same(place) or x.buffer not in {other.buffer for other in others}:
            return x
        moved = new_view(x.shape, x.dtype, "carry")
        self.steps += copy(x, moved)
        return moved

    def at_every_iteration(self, x: View) -> View:
        """All that a view of a loop's body is, from the first iteration to the last."""
        if self.iterations is None or not x.stride:
            return x
        shape, strides = (self.iterations, *x.shape), (x.stride, *x.array.strides)
        return View(x.buffer, as_strided(x.array, shape, strides), x.start)

    def _add(self, node: Tensor) -> None:
        if node.op.name in VIEWS:
            self._look(node)
            return
        inputs = [self.view(x) for x in node.inputs]
        try:
            self.rule_of(node.op.name)(self, node, inputs)
        except NoKernel as reason:
            self._leave_to_library(node, inputs, str(reason))

    def _look(self, node: Tensor) -> None:
        x = self.view(node.inputs[0])
        seen = viewed(node.op, x, node.attrs) or viewed(
            node.op, self.in_order(x), node.attrs
        )
        assert seen is not None, "what is in order can be counted off in any shape"
        for index, view in enumerate(seen if isinstance(seen, tuple) else (seen,)):
            self.views[node.serial, index] = view

    def _leave_to_library(
        self, node: Tensor, inputs: Sequence[View], reason: str
    ) -> None:
        several = node.dtype if isinstance(node.dtype, tuple) else (node.dtype,)
        outputs = tuple(self.fresh(node, index) for index in range(len(several)))
        step = Library(node.op, tuple(inputs), node.attrs, outputs, reason)
        self.steps.append(step)


def _key(x: Tensor) -> Key:
    """A tensor as one of the results of a node."""
    if x.op is not None and x.op.name == "pick":
        return x.inputs[0].serial, x.attrs["index"]
    return x.serial, 0
