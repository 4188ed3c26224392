"""A plan: a graph's stages on the bytes of one arena, ready to run.

What is not an input, an output or a constant of the graph lies in the arena, which is
allocated once. A run allocates the arrays of the outputs, and those not if the caller
gives up inputs in whose place they may lie.
"""

from __future__ import annotations

import functools
import itertools
import os
import struct
import threading
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arena import address
from ..build import built
from ..device import Device
from ..driver import run
from ..graph import Graph
from ..lowering.indexing import Check
from ..lowering.lowered import Lowered
from ..lowering.reuse import reusing
from ..lowering.step import Library
from ..lowering.view import View
from ..threads import threads
from .offsets import arena_bytes, offsets
from .sharing import lowered_in_place
from .stages import Stage, lifetimes, stages
from .tables import FILL, Filled, filled

_UINT8 = np.dtype(np.uint8)

# A plan of less work is over before another thread has begun.
SERIAL_PLAN_WORK = 1 << 17


class Plan:
    """A graph that has been lowered, laid out and built.

    Parameters
    ----------
    graph : Graph
    device : Device
        Where the arena and the outputs are allocated.
    shared : mapping of int to int
        Which output lies where an input, which is given up, lies.

    Attributes
    ----------
    stages, kernels, lifetimes, offsets
        What runs, and where the buffers in the arena lie.
    is_serial : bool
        Whether one thread does all of it, however many there are.
    parts : list of Filled and Library
        What a run walks through.
    ends_ids : numpy.ndarray
        The identities of the arrays of inputs and outputs, as they are in a run.
    lock
        Held by whoever uses the arena.
    """

    def __init__(
        self, graph: Graph, device: Device, shared: Mapping[int, int] | None = None
    ) -> None:
        self.graph, self.device = graph, device
        self.lowered, self.shared = lowered_in_place(graph, dict(shared or {}))
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
        self._results = [
            (self.shared.get(i), view.shape, view.dtype)
            for i, view in enumerate(self.lowered.outputs)
        ]
        self._checks = _distinct(self.lowered.checks)
        work = sum(each.work for each in self.stages if isinstance(each, Stage))
        self.is_serial = work < SERIAL_PLAN_WORK
        found = lifetimes(self.stages, is_serial=self.is_serial)
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
        count = len(self._ends(self.lowered))
        self.ends_ids = np.zeros(count, np.int64)
        # 0.1 us for an array instead of 0.8 us by its `ctypes`.
        pack = struct.Struct(f"{count}q").pack_into
        self._write_ids = functools.partial(pack, self.ends_ids.data, 0)
        self.lock = threading.Lock()
        # 0.1 us for an array of a step of a library instead of 8 us for a new one, and
        # 1 us where the memory is that of an input or output.
        self._staying: dict[View, np.ndarray] = {}
        self._coming: dict[View, tuple[int, Any, Any, int, Any]] = {}
        _plans.add(self)
        self.parts = self._built()

    @staticmethod
    def _ends(lowered: Lowered) -> list[View]:
        return [*lowered.inputs, *lowered.outputs]

    def _built(self) -> list[Filled | Library]:
        functions = built({FILL, *(kernel.source for kernel in self.kernels)})
        base = address(self._arena)
        places = {buffer: base + offset for buffer, offset in self.offsets.items()}
        for buffer, array in self.lowered.constants.items():
            places[buffer] = address(array)
        parts: list[Filled | Library] = []
        for is_native, run_of in itertools.groupby(
            self.stages, lambda stage: isinstance(stage, Stage)
        ):
            some: Any = list(run_of)
            if is_native:
                ends = self._slots, self.ends_ids
                some = [filled(some, functions, places, *ends)]
            parts += some
        return parts

    @property
    def threads(self) -> int:
        """With how many threads it runs."""
        return 1 if self.is_serial else threads()

    def check(self, arrays: Sequence[np.ndarray]) -> None:
        """Raise an op's own error if a number among the inputs is out of range."""
        for check in self._checks:
            check(self._array(check.numbers, arrays))

    def outputs(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Where a run for these inputs writes: new arrays, or inputs given up."""
        empty = self.device.empty
        return [
            empty(shape, dtype, "output") if i is None else arrays[i]
            for i, shape, dtype in self._results
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
        with self.lock:
            self._write_ids(*map(id, ends))
            threads = self.threads
            for part in self.parts:
                if isinstance(part, Library):
                    self.take(part, ends)
                else:
                    run(part.tables, threads)
        return outputs

    def take(self, step: Library, ends: Sequence[np.ndarray]) -> None:
        """Run a step of a library."""
        arrays = [self._array(view, ends) for view in step.inputs]
        result = self.device.run(step.op, arrays, step.attrs)
        results = result if isinstance(result, tuple) else (result,)
        for view, each in zip(step.outputs, results, strict=True):
            self._array(view, ends)[...] = each

    def _array(self, view: View, ends: Sequence[np.ndarray]) -> np.ndarray:
        """A view as an array over the bytes on which it lies now."""
        if view in self._staying:
            return self._staying[view]
        if view.buffer not in self._slots or 0 in view.shape:
            self._staying[view] = found = self._where_it_stays(view)
            return found
        if view not in self._coming:
            slot, strides = self._slots[view.buffer], view.array.strides
            self._coming[view] = slot, view.shape, view.dtype, view.offset, strides
        slot, shape, dtype, offset, strides = self._coming[view]
        return np.ndarray(shape, dtype, ends[slot], offset, strides)

    def _where_it_stays(self, view: View) -> np.ndarray:
        if view.buffer in self.lowered.constants:
            return view.array
        if 0 in view.shape:  # of which NumPy would check the strides
            return np.empty(view.shape, view.dtype)
        place = self.offsets[view.buffer] + view.offset
        strides = view.array.strides
        return np.ndarray(view.shape, view.dtype, self._arena, place, strides)


_plans: weakref.WeakSet[Plan] = weakref.WeakSet()


def _renew_locks() -> None:
    """Open the plans in a forked process, where nobody is running one."""
    for plan in _plans:
        plan.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


def _distinct(checks: Sequence[Check]) -> list[Check]:
    """Checks without those that find what one before them finds."""
    found: dict[Any, Check] = {}
    for check in checks:
        x = check.numbers
        place = x.buffer, x.offset, x.shape, x.array.strides, x.dtype
        found.setdefault((*place, check.low, check.high), check)
    return list(found.values())
