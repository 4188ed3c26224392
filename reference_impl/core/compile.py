"""Compilation: capture a function once, then run its graph.

A program is a replay: the rule of every node, in order, on arrays, each value let go
after its last reader. Python code of the function runs once for every set of shapes,
dtypes and devices; the ops' bookkeeping does not run at all.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import tree
from .device import HOST, Device
from .elements import tensor
from .errors import CaptureError
from .graph import Graph, capture, is_array
from .op import Op
from .operands import common_device
from .tensor import UNTRACKED, Tensor, known, value


@dataclass(frozen=True, slots=True)
class Step:
    """Compute one node: slots are positions in the list of a program's values."""

    op: Op
    inputs: tuple[int, ...]
    attrs: dict[str, Any]
    output: int
    released: tuple[int, ...]
    """Slots that nobody reads after this step."""


class Program:
    """The steps of a graph, ready to run on arrays."""

    def __init__(self, graph: Graph) -> None:
        nodes, self.constants = graph.nodes(), graph.constants()
        values = (*graph.inputs, *nodes, *self.constants)
        slots = {x.serial: i for i, x in enumerate(values)}
        self._blank = [None] * len(nodes)
        self._elements = [value(x, graph.name) for x in self.constants]
        self._outputs = [slots[x.serial] for x in graph.outputs]
        self.steps = _steps(nodes, slots, keep=self._outputs)

    def run(self, arrays: Sequence[Any], device: Device = HOST) -> list[Any]:
        """The arrays of the outputs, from those of the inputs, on one device."""
        values: list[Any] = [*arrays, *self._blank, *self._elements]
        for step in self.steps:
            inputs = [values[i] for i in step.inputs]
            values[step.output] = device.run(step.op, inputs, step.attrs)
            for slot in step.released:
                values[slot] = None
        return [np.asarray(values[i]) for i in self._outputs]


def _steps(
    nodes: Sequence[Tensor], slots: dict[int, int], *, keep: Sequence[int]
) -> list[Step]:
    steps: list[Step] = []
    read_later = set(keep)
    for node in reversed(nodes):
        inputs = tuple(slots[x.serial] for x in node.inputs)
        last_read = set(inputs) - read_later
        read_later |= last_read
        output = slots[node.serial]
        released = tuple(sorted(last_read))
        steps.append(Step(node.op, inputs, node.attrs, output, released))
    return steps[::-1]


class Compiled:
    """A function that is captured once for arguments of a kind, then replayed."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self._captured: dict[Any, tuple[Graph, Program]] = {}

    def __call__(self, *args: Any) -> Any:
        """What the function returns for these trees."""
        leaves, structure = tree.flatten(args)
        graph, program = self._found(args, leaves, structure)
        tensors = [tensor(x) for x in leaves if is_array(x)]
        if any(x.root != UNTRACKED for x in tensors):
            results = graph.apply(*tensors)
        else:
            arrays = [value(x, graph.name) for x in tensors]
            read = [*tensors, *program.constants]
            place = common_device(graph.name, read) if read else HOST
            results = [known(array, place) for array in program.run(arrays, place)]
        return tree.unflatten(graph.structure, results)

    def graph(self, *args: Any) -> Graph:
        """The graph for arguments of these shapes and dtypes."""
        return self._found(args, *tree.flatten(args))[0]

    def _found(
        self, args: Sequence[Any], leaves: Sequence[Any], structure: tree.Structure
    ) -> tuple[Graph, Program]:
        key = (structure, tuple(map(_signature, leaves)))
        try:
            found = self._captured.get(key)
        except TypeError as error:
            raise CaptureError(
                f"compile: arguments are trees of tensors, numbers and strings; "
                f"one has no hash: {error}"
            ) from None
        if found is None:
            graph = capture(self.function, *args)
            found = self._captured[key] = graph, Program(graph)
        return found


def _signature(leaf: Any) -> Any:
    if not is_array(leaf):
        return tree.Static(leaf)
    place = leaf.device if isinstance(leaf, Tensor) else HOST
    return leaf.shape, leaf.dtype, place


def compile(function: Callable[..., Any]) -> Compiled:
    """A function that does the same, faster from its second call on.

    Parameters
    ----------
    function : callable
        Pure, of trees as positional arguments: it is called once for each new set of
        shapes, dtypes and devices, and again for each new value of an argument that is
        a Python number or string. A number that changes at every step should be a
        tensor.

    Returns
    -------
    Compiled
        Its `graph(*args)` shows what was captured. Derivatives of it work.

    Raises
    ------
    NoValueError, CaptureError
        When called, if the function cannot be captured; see `capture`.
    """
    return Compiled(function)
