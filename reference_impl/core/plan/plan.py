"""A plan: a graph's stages on the bytes of one arena, ready to run.

What is not an input, an output or a constant of the graph lies in the arena, which is
allocated once. A run allocates the arrays of the outputs, and those not if the caller
gives up inputs in whose place they may lie.
"""

from __future__ import annotations

import itertools
import os
import threading
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..build import built
from ..device import Device
from ..driver import run
from ..graph import Graph
from ..kernel import Buffer, Kernel, Loop
from ..lowering.lowered import Lowered, lowered
from ..lowering.reuse import reusing
from ..lowering.step import Library, Step
from ..lowering.view import View
from ..threads import threads
from .offsets import arena_bytes, offsets
from .schedule import Stage, lifetimes, stages
from .tables import FILL, Filled, filled

_UINT8 = np.dtype(np.uint8)

# A program of so few operations is over before another thread has begun.
FEW_OPERATIONS = 1 << 17


class Plan:
    """A graph that has been lowered, laid out and built.

    Parameters
    ----------
    graph : Graph
    device : Device
        Where the arena and the outputs are allocated.
    shared : mapping of int to int
        Which output lies where an input, which is given up, lies.
    """

    def __init__(
        self, graph: Graph, device: Device, shared: Mapping[int, int] | None = None
    ) -> None:
        self.graph, self.device = graph, device
        self.lowered, self.shared = _lowered(graph, dict(shared or {}))
        fixed = {view.buffer for view in self._ends(self.lowered)}
        steps = reusing(self.lowered.steps, {*fixed, *self.lowered.constants})
        self.stages = stages(steps)
        self.kernels = [
            kernel
            for stage in self.stages
            if isinstance(stage, Stage)
            for group in stage.groups
            for kernel in group.kernels
        ]
        self._slots = {
            view.buffer: i
            for i, view in reversed([*enumerate(self._ends(self.lowered))])
        }
        found = lifetimes(self.stages)
        inside = [
            buffer
            for buffer in found
            if buffer not in self._slots and buffer not in self.lowered.constants
        ]
        self.lifetimes = {buffer: found[buffer] for buffer in inside}
        places = offsets(list(self.lifetimes.values()))
        self.offsets = dict(zip(inside, places, strict=True))
        self.arena_bytes = arena_bytes(list(self.lifetimes.values()), places)
        self._arena = device.empty((self.arena_bytes,), _UINT8, "arena")
        self._ends_ids = np.zeros(len(self._ends(self.lowered)), np.int64)
        self._is_short = self._operations() < FEW_OPERATIONS
        self._lock = threading.Lock()
        _plans.add(self)
        self._parts = self._built()

    @staticmethod
    def _ends(lowered: Lowered) -> list[View]:
        return [*lowered.inputs, *lowered.outputs]

    def _operations(self) -> int:
        """On numbers, or reads of them, by estimate."""
        return sum(
            stage.count * max(kernel.operations, kernel.extent)
            for stage in self.stages
            if isinstance(stage, Stage)
            for group in stage.groups
            for kernel in group.kernels
        )

    def _built(self) -> list[Filled | Library]:
        functions = built({FILL, *(kernel.source for kernel in self.kernels)})
        base = _address(self._arena)
        places = {buffer: base + offset for buffer, offset in self.offsets.items()}
        for buffer, array in self.lowered.constants.items():
            places[buffer] = _address(array)
        parts: list[Filled | Library] = []
        for is_native, run_of in itertools.groupby(
            self.stages, lambda stage: isinstance(stage, Stage)
        ):
            some: Any = list(run_of)
            if is_native:
                ends = self._slots, self._ends_ids
                some = [filled(some, functions, places, *ends)]
            parts += some
        return parts

    @property
    def threads(self) -> int:
        """With how many threads it runs."""
        return 1 if self._is_short else threads()

    def check(self, arrays: Sequence[np.ndarray]) -> None:
        """Raise an op's own error if a number among the inputs is out of range."""
        for check in self.lowered.checks:
            check(self._array(check.numbers, arrays))

    def outputs(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Where a run for these inputs writes: new arrays, or inputs given up."""
        return [
            arrays[self.shared[i]]
            if i in self.shared
            else self.device.empty(view.shape, view.dtype, "output")
            for i, view in enumerate(self.lowered.outputs)
        ]

    def run(
        self,
        arrays: Sequence[np.ndarray],
        outputs: list[np.ndarray] | None = None,
    ) -> list[np.ndarray]:
        """The outputs' arrays for those of the inputs, which are in row-major order.

        They have been checked. `outputs` are what the method of this name gave.
        """
        outputs = self.outputs(arrays) if outputs is None else outputs
        ends = [*arrays, *outputs]
        with self._lock:
            # 0.1 us for an array instead of 0.8 us by its `ctypes`.
            self._ends_ids[:] = [*map(id, ends)]
            for part in self._parts:
                if isinstance(part, Library):
                    self._take(part, ends)
                else:
                    run(part.tables, self.threads)
        return outputs

    def _take(self, step: Library, ends: Sequence[np.ndarray]) -> None:
        """Run a step of a library."""
        arrays = [self._array(view, ends) for view in step.inputs]
        result = self.device.run(step.op, arrays, step.attrs)
        results = result if isinstance(result, tuple) else (result,)
        for view, each in zip(step.outputs, results, strict=True):
            self._array(view, ends)[...] = each

    def _array(self, view: View, ends: Sequence[np.ndarray]) -> np.ndarray:
        """A view as an array over the bytes on which it lies now."""
        if view.buffer in self.lowered.constants:
            return view.array
        if 0 in view.shape:  # of which NumPy would check the strides
            return np.empty(view.shape, view.dtype)
        if view.buffer in self._slots:
            memory, base = ends[self._slots[view.buffer]], 0
        else:
            memory, base = self._arena, self.offsets[view.buffer]
        return np.ndarray(
            view.shape, view.dtype, memory, base + view.offset, view.array.strides
        )


_plans: weakref.WeakSet[Plan] = weakref.WeakSet()


def _renew_locks() -> None:
    """Open the plans in a forked process, where nobody is running one."""
    for plan in _plans:
        plan._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _lowered(graph: Graph, shared: dict[int, int]) -> tuple[Lowered, dict[int, int]]:
    """The steps, and which outputs may lie where they were asked to lie."""
    while True:
        found = lowered(graph, shared)
        wrong = {
            out for out, given in shared.items() if not _is_safe(found, out, given)
        }
        if not wrong:
            return found, shared
        shared = {out: given for out, given in shared.items() if out not in wrong}


def _is_safe(found: Lowered, out: int, given: int) -> bool:
    """Whether an output may be written over an input: nobody reads it afterwards.

    The kernel that writes it may read the elements that it overwrites. A library may
    refuse its operands, and then the caller still needs the input.
    """
    buffer = found.inputs[given].buffer
    is_written = False
    for step in found.steps:
        if is_written and (isinstance(step, Library) or _reads(step, buffer)):
            return False
        writes = _writes(step, buffer)
        if writes and _reads(step, buffer) and not _is_in_place(step, buffer):
            return False
        is_written |= writes
    return True


def _reads(step: Step, buffer: Buffer) -> bool:
    if isinstance(step, Library):
        return any(view.buffer is buffer for view in step.inputs)
    return any(
        ref.buffer is buffer for each in _all(step) for ref in each.refs(each.reads)
    )


def _writes(step: Step, buffer: Buffer) -> bool:
    if isinstance(step, Library):
        return any(view.buffer is buffer for view in step.outputs)
    return any(
        ref.buffer is buffer for each in _all(step) for ref in each.refs(each.writes)
    )


def _all(step: Kernel | Loop) -> tuple[Kernel, ...]:
    return step.body if isinstance(step, Loop) else (step,)


def _is_in_place(kernel: Step, buffer: Buffer) -> bool:
    if not isinstance(kernel, Kernel):
        return False

    def positions(given: Sequence[int]) -> list[int]:
        return [i for i in given if getattr(kernel.args[i], "buffer", None) is buffer]

    pairs = itertools.product(positions(kernel.reads), positions(kernel.writes))
    return all(pair in kernel.in_place for pair in pairs)
