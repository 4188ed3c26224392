"""Kernels on arrays: sources are compiled here, and called through ctypes."""

import ctypes
from dataclasses import dataclass, field

import numpy as np
import pytest

from reference_impl.core.build.code import Code
from reference_impl.core.build.loading import loaded
from reference_impl.core.build.target import narrowed
from reference_impl.core.kernel import Buffer, Ref
from reference_impl.core.kernels.vector_unit import unit_of
from reference_impl.core.lazy import lazy

llvm = lazy("llvmlite.binding")

FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
GUARD_BYTES = 64
_functions = {}


def function(source, target):
    """The source's function for a target, compiled once."""
    if (source.name, target) not in _functions:
        machine, module = target.machine(), llvm.parse_assembly(source.text)
        module.verify()
        # The level that takes variables out of memory, and little time.
        options = llvm.create_pipeline_tuning_options(speed_level=1)
        builder = llvm.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
        code = Code(machine.emit_object(module))
        address = loaded({source.name: code}, target)[source.name]
        _functions[source.name, target] = FUNCTION(address)
    return _functions[source.name, target]


@dataclass
class Memory:
    """Arrays that kernels may read and write, each between guards."""

    bits: int
    bytes_of: dict = field(default_factory=dict)

    @property
    def unit(self):
        target = narrowed(self.bits)
        return unit_of(target.triple, target.vector_bits)

    def held(self, buffer):
        """A buffer's bytes with guards, set to what no kernel should read."""
        if buffer not in self.bytes_of:
            count = buffer.nbytes + 2 * GUARD_BYTES
            self.bytes_of[buffer] = np.full(count, 0xFF, np.uint8)
        return self.bytes_of[buffer]

    def array(self, shape, dtype):
        """A buffer and an array that shares its bytes."""
        nbytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        buffer = Buffer(nbytes, "test")
        inside = self.held(buffer)[GUARD_BYTES : GUARD_BYTES + nbytes]
        return Ref(buffer), inside.view(dtype).reshape(shape)

    def copy(self, values):
        ref, array = self.array(values.shape, values.dtype)
        array[...] = values
        return ref

    def run(self, kernels, parts=()):
        """Call kernels one after the other, their parallel axes cut at fractions."""
        target = narrowed(self.bits)
        for kernel in kernels:
            words = [self._word(argument) for argument in kernel.args]
            args = np.array(words, np.int64)
            cuts = [0, *sorted(int(part * kernel.extent) for part in parts)]
            for begin, end in zip(cuts, [*cuts[1:], kernel.extent], strict=True):
                function(kernel.source, target)(args.ctypes.data, begin, end)
        self._check_guards()

    def _word(self, argument):
        if not isinstance(argument, Ref):
            return argument
        address = self.held(argument.buffer).ctypes.data
        return address + GUARD_BYTES + argument.offset

    def _check_guards(self):
        for buffer, held in self.bytes_of.items():
            guards = held[:GUARD_BYTES], held[GUARD_BYTES + buffer.nbytes :]
            assert all((guard == 0xFF).all() for guard in guards), buffer.maker


@pytest.fixture(params=[512, 256, 128])
def bits(request):
    """A width of vectors that this processor has."""
    if narrowed(request.param).vector_bits != request.param:
        pytest.skip(f"this processor has no vectors of {request.param} bits")
    return request.param


@pytest.fixture
def new_memory(bits):
    """A function that makes memory for kernels with vectors of one width."""
    return lambda: Memory(bits)


@pytest.fixture
def memory(new_memory):
    """Memory for kernels with vectors of one width."""
    return new_memory()
