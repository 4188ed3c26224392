"""Compilation: capture a function once, then run its graph.

So far a program is a replay: the NumPy rule of every node, in order, each value let go
after its last reader. Python code of the function runs once for every set of shapes
and dtypes; the ops' bookkeeping does not run at all.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import tree
from .device import HOST, Device
from .errors import CaptureError, DeviceError
from .graph import Graph, capture, is_array
from .op import Op
from .tensor import UNTRACKED, Tensor, known, tensor, value


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
        self.graph = graph
        nodes = graph.nodes()
        slots = {x.serial: i for i, x in enumerate((*graph.inputs, *nodes))}
        self._constants: list[np.ndarray] = []
        read = [x for node in nodes for x in node.inputs]
        for x in (*read, *graph.outputs):
            if x.serial not in slots:
                slots[x.serial] = len(graph.inputs) + len(nodes) + len(self._constants)
                self._constants.append(value(x, graph.name))
        self._blank = [None] * len(nodes)
        self._outputs = [slots[x.serial] for x in graph.outputs]
        self.steps = _steps(nodes, slots, keep=self._outputs)

    def run(self, arrays: Sequence[Any], device: Device = HOST) -> list[Any]:
        """The arrays of the outputs, from those of the inputs, on one device."""
        values: list[Any] = [*arrays, *self._blank, *self._constants]
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
    """A function that is captured for each new set of shapes, then replayed."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._programs: dict[Any, Program] = {}

    def __call__(self, *args: Any) -> Any:
        """What the function returns for these trees."""
        leaves, structure = tree.flatten(args)
        program = self._program(args, leaves, structure)
        tensors = [tensor(x) for x in leaves if is_array(x)]
        if any(x.root != UNTRACKED for x in tensors):
            results = program.graph.apply(*tensors)
        else:
            arrays = [value(x, program.graph.name) for x in tensors]
            place = _common_device(tensors, program.graph.name)
            results = [known(array, place) for array in program.run(arrays, place)]
        return tree.unflatten(program.graph.structure, results)

    def graph(self, *args: Any) -> Graph:
        """The graph for arguments of these shapes and dtypes."""
        return self._program(args, *tree.flatten(args)).graph

    def _program(
        self, args: Sequence[Any], leaves: Sequence[Any], structure: tree.Structure
    ) -> Program:
        key = (structure, tuple(map(_signature, leaves)))
        try:
            program = self._programs.get(key)
        except TypeError as error:
            raise CaptureError(
                f"compile: arguments are trees of tensors, numbers and strings; "
                f"one has no hash: {error}"
            ) from None
        if program is None:
            program = self._programs[key] = Program(capture(self._function, *args))
        return program


def _common_device(tensors: Sequence[Tensor], who: str) -> Device:
    """The device of all arguments; without arguments, main memory."""
    places = {x.device.name: x.device for x in tensors}
    if len(places) > 1:
        raise DeviceError(
            f"{who}: the arguments are on different devices, {', '.join(places)}; move "
            f"them with `to_device`"
        )
    return next(iter(places.values()), HOST)


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
        shapes and dtypes, and again for each new value of an argument that is a Python
        number or string. A number that changes at every step should be a tensor.

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
