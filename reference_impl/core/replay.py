"""Replay: the rule of every node of a graph, in order, on arrays.

Each value is let go after its last reader. The ops' bookkeeping does not run at all.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .device import HOST, Device
from .graph import Graph
from .op import Op
from .tensor import Tensor, value


@dataclass(frozen=True, slots=True)
class Call:
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
) -> list[Call]:
    steps: list[Call] = []
    read_later = set(keep)
    for node in reversed(nodes):
        inputs = tuple(slots[x.serial] for x in node.inputs)
        last_read = set(inputs) - read_later
        read_later |= last_read
        output = slots[node.serial]
        released = tuple(sorted(last_read))
        steps.append(Call(node.op, inputs, node.attrs, output, released))
    return steps[::-1]


_programs: weakref.WeakKeyDictionary[Graph, Program] = weakref.WeakKeyDictionary()


def run(graph: Graph, arrays: Sequence[Any], device: Device) -> tuple[Any, ...]:
    """The outputs of a graph for arrays of a device."""
    program = _programs.get(graph)
    if program is None:
        program = _programs[graph] = Program(graph)
    return tuple(program.run(arrays, device))
