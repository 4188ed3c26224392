"""Kernels played by Python: their text runs as it is, on memory that is watched.

What is watched: that every element read or written lies in its buffer, that what is
read has been written, that kernels touch what they say they do, and that an element of
the parallel axis stays inside of the bytes that are its own (`Ref.step`). Nothing is
compiled, so there can be many cases.
"""

from __future__ import annotations

import builtins
import ctypes
import math
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from reference_impl.core.dtype import HALVES, as_dtype
from reference_impl.core.kernel import Kernel, Loop, Ref
from reference_impl.core.lowering.step import Library

# An element of the parallel axis, while one after the other is played.
_ALL = -1


@dataclass
class Memory:
    """The bytes of buffers, and which of them have been written."""

    bytes_of: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)

    def __getitem__(self, buffer):
        if buffer not in self.bytes_of:
            self.bytes_of[buffer] = np.full(buffer.nbytes, 0xA5, np.uint8)
            self.known[buffer] = np.zeros(buffer.nbytes, bool)
        return self.bytes_of[buffer]

    def put(self, view, values):
        """Write a whole view."""
        self.array(view)[...] = values
        self._places(view)[...] = True

    def array(self, view):
        """A view as an array over its bytes."""
        memory = self[view.buffer]
        return _laid(view, memory, view.dtype)

    def is_known(self, view):
        """Whether all elements of a view have been written."""
        self[view.buffer]
        return bool(self._places(view).all())

    def _places(self, view):
        known = self.known[view.buffer]
        array = SimpleNamespace(
            shape=(*view.shape, view.dtype.itemsize),
            offset=view.offset,
            array=SimpleNamespace(strides=(*view.array.strides, 1)),
        )
        return _laid(array, known, np.dtype(bool))


def _laid(view, memory, dtype):
    if 0 in view.shape:
        return np.empty(view.shape, dtype)
    return np.ndarray(view.shape, dtype, memory.data, view.offset, view.array.strides)


class _Elements:
    """An array as a kernel sees it: an address and a dtype."""

    def __init__(self, play, number, dtype):
        self.play, self.number = play, number
        self.dtype = as_dtype(dtype)
        kernel = play.kernel
        self.ref = kernel.args[number]
        self.memory = play.memory[self.ref.buffer]
        self.known = play.memory.known[self.ref.buffer]
        self.offset = self.ref.offset + self.ref.stride * play.iteration

    def place(self, i):
        size = self.dtype.itemsize
        begin = self.offset + int(i) * size
        assert 0 <= begin <= self.ref.buffer.nbytes - size, "out of the buffer"
        if self.ref.step is not None and self.play.element is not _ALL:
            own = (begin - self.offset) // self.ref.step
            assert own == self.play.element, "an element of another one's"
        return slice(begin, begin + size)

    def read(self, i):
        kernel = self.play.kernel
        announced = (*kernel.reads, *kernel.writes)  # of which sums are read again
        assert self.number in announced, "a read that was not announced"
        place = self.place(i)
        assert self.known[place].all(), "read before it is written"
        value = self.memory[place].view(self.dtype)[0]
        return np.float32(value) if self.dtype in HALVES else value

    def write(self, i, value):
        assert self.number in self.play.kernel.writes, "a write that was not announced"
        place = self.place(i)
        with np.errstate(all="ignore"):
            self.memory[place] = np.array([value]).astype(self.dtype).view(np.uint8)
        self.known[place] = True


@dataclass
class _Play:
    """A kernel that is being played, and where it is."""

    kernel: Kernel
    memory: Memory
    iteration: int
    element: int = _ALL

    def words(self):
        return {
            "array": lambda args, number, dtype: _Elements(self, number, dtype),
            "load": lambda x, number, i: x.read(i),
            "store": lambda x, number, i, value: x.write(i, value),
        }

    def run(self, begin, end):
        names = {"__builtins__": {**vars(builtins), "__import__": self._module}}
        exec(self.kernel.source.text, names)
        function = names[self.kernel.source.name]
        with np.errstate(all="ignore"):
            for self.element in range(begin, end):
                function(self.kernel.args, self.element, self.element + 1)

    def _module(self, name, globals=None, locals=None, fromlist=(), level=0):
        if name.startswith("reference_impl"):
            return SimpleNamespace(**_WORDS, **self.words())
        return {"math": _MATH, "numpy": np}[name]


_WORDS = {
    "maximum": np.maximum,
    "minimum": np.minimum,
    "plus": lambda x, y: x + y,
    "times": lambda x, y: x * y,
    "select": lambda condition, x, y: x if condition else y,
    "rounded": lambda x, dtype: np.float32(as_dtype(dtype).type(x)),
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
}
_MATH = SimpleNamespace(
    isfinite=math.isfinite, log=np.log, sqrt=np.sqrt, exp=np.exp, fabs=np.abs
)


def play(steps, memory, chunks=lambda kernel: [(0, kernel.extent)]):
    """Run steps in their order on memory; `chunks` are the parts of each kernel."""
    for step in steps:
        if isinstance(step, Library):
            _take(step, memory)
        elif isinstance(step, Loop):
            for iteration in range(step.count):
                for kernel in step.body:
                    _run(kernel, memory, iteration, chunks)
        else:
            _run(step, memory, 0, chunks)


def _run(kernel, memory, iteration, chunks):
    for argument in kernel.args:
        if isinstance(argument, Ref):
            memory[argument.buffer]
    for begin, end in chunks(kernel):
        _Play(kernel, memory, iteration).run(begin, end)


def _take(step, memory):
    for view in step.inputs:
        assert memory.is_known(view), "read before it is written"
    result = step.op.compute(*map(memory.array, step.inputs), **step.attrs)
    results = result if isinstance(result, tuple) else (result,)
    for view, each in zip(step.outputs, results, strict=True):
        memory.put(view, each)


def played(found, arrays):
    """The outputs of something that was lowered, for arrays of its inputs."""
    memory = Memory()
    for view, array in zip(found.inputs, arrays, strict=True):
        memory.put(view, array)
    for buffer, array in found.constants.items():
        address = array.__array_interface__["data"][0]
        elements = (ctypes.c_uint8 * buffer.nbytes).from_address(address)
        memory[buffer][...] = np.frombuffer(elements, np.uint8)
        memory.known[buffer][...] = True
    play(found.steps, memory)
    for view in found.outputs:
        assert memory.is_known(view), "an output that nobody has written"
    return [memory.array(view).copy() for view in found.outputs]
