"""What Numba's Python lacks for a driver: calls of addresses, atomics, denormals.

Imported by the text in `loop.py` where that is compiled, and nowhere else.
"""

from __future__ import annotations

import platform

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_WORD, _HALF, _NOTHING = ir.IntType(64), ir.IntType(32), ir.VoidType()
_WORDS = types.CPointer(types.int64)
_IS_X86 = platform.machine().lower() in ("x86_64", "amd64")
_IS_ARM = platform.machine().lower() in ("aarch64", "arm64")

# Bits of the control registers: flush results to zero, take denormal operands as zero.
_MXCSR_FLUSH = 0x8000 | 0x0040
_FPCR_FLUSH = 1 << 24 | 1 << 19


def _external(builder, name, result, *operands):
    kind = ir.FunctionType(result, operands)
    found = builder.module.globals.get(name)
    return found or ir.Function(builder.module, kind, name)


@intrinsic
def words(context, address):
    """The int64 words at an address."""

    def code(context, builder, signature, values):
        return builder.inttoptr(values[0], _WORD.as_pointer())

    return _WORDS(address), code


@intrinsic
def address(context, pointer):
    """Where words are."""

    def code(context, builder, signature, values):
        return builder.ptrtoint(values[0], _WORD)

    return types.int64(pointer), code


@intrinsic
def call(context, function, args, begin, end):
    """Call the kernel at an address."""

    def code(context, builder, signature, values):
        kind = ir.FunctionType(_NOTHING, [_WORD.as_pointer(), _WORD, _WORD])
        address = builder.inttoptr(values[0], kind.as_pointer())
        builder.call(address, values[1:])
        return context.get_dummy_value()

    return types.void(types.int64, _WORDS, types.int64, types.int64), code


@intrinsic
def offset(context, pointer, count):
    """The words from the one of this number on."""

    def code(context, builder, signature, values):
        return builder.gep(values[0], [values[1]])

    return _WORDS(pointer, count), code


@intrinsic
def atomic_load(context, pointer, index):
    """Read a word that other threads write, and see what they wrote before it."""

    def code(context, builder, signature, values):
        word = builder.gep(values[0], [values[1]])
        return builder.load_atomic(word, "seq_cst", 8)

    return types.int64(pointer, index), code


@intrinsic
def atomic_store(context, pointer, index, value):
    """Write a word that other threads read."""

    def code(context, builder, signature, values):
        word = builder.gep(values[0], [values[1]])
        builder.store_atomic(values[2], word, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(pointer, index, types.int64), code


@intrinsic
def atomic_add(context, pointer, index, value):
    """Add to a word; the result is what it was."""

    def code(context, builder, signature, values):
        word = builder.gep(values[0], [values[1]])
        return builder.atomic_rmw("add", word, values[2], "seq_cst")

    return types.int64(pointer, index, types.int64), code


@intrinsic
def atomic_replace(context, pointer, index, old, new):
    """Write `new` where `old` is; the result is what was there."""

    def code(context, builder, signature, values):
        word = builder.gep(values[0], [values[1]])
        pair = builder.cmpxchg(word, values[2], values[3], "seq_cst", "seq_cst")
        return builder.extract_value(pair, 0)

    return types.int64(pointer, index, types.int64, types.int64), code


@intrinsic
def pause(context):
    """Tell the processor that this thread is waiting."""

    def code(context, builder, signature, values):
        if _IS_X86:
            builder.call(_external(builder, "llvm.x86.sse2.pause", _NOTHING), [])
        elif _IS_ARM:
            hint = _external(builder, "llvm.aarch64.hint", _NOTHING, _HALF)
            builder.call(hint, [ir.Constant(_HALF, 1)])
        return context.get_dummy_value()

    return types.void(), code


@intrinsic
def doze(context):
    """Sleep for 20 microseconds, or as short as the system can.

    `sched_yield` is no substitute: it gives the processor away for a whole time slice.
    """

    def code(context, builder, signature, values):
        sleep = _external(builder, "usleep", _HALF, _HALF)
        builder.call(sleep, [ir.Constant(_HALF, 20)])
        return context.get_dummy_value()

    return types.void(), code


@intrinsic
def flush_denormals(context):
    """Count denormals as zero in this thread; the result says how it was before."""

    def code(context, builder, signature, values):
        old = _control(builder)
        flush = _MXCSR_FLUSH if _IS_X86 else _FPCR_FLUSH
        _set_control(builder, builder.or_(old, ir.Constant(_WORD, flush)))
        return old

    return types.int64(), code


@intrinsic
def restore_denormals(context, old):
    """Undo `flush_denormals`."""

    def code(context, builder, signature, values):
        _set_control(builder, values[0])
        return context.get_dummy_value()

    return types.void(types.int64), code


def _control(builder):
    """The word that says how this thread computes with floating-point numbers."""
    if _IS_X86:
        place = builder.alloca(_HALF)
        address = builder.bitcast(place, ir.IntType(8).as_pointer())
        store = _external(builder, "llvm.x86.sse.stmxcsr", _NOTHING, address.type)
        builder.call(store, [address])
        return builder.zext(builder.load(place), _WORD)
    if _IS_ARM:
        return builder.call(_external(builder, "llvm.aarch64.get.fpcr", _WORD), [])
    return ir.Constant(_WORD, 0)


def _set_control(builder, value):
    if _IS_X86:
        place = builder.alloca(_HALF)
        builder.store(builder.trunc(value, _HALF), place)
        address = builder.bitcast(place, ir.IntType(8).as_pointer())
        load = _external(builder, "llvm.x86.sse.ldmxcsr", _NOTHING, address.type)
        builder.call(load, [address])
    elif _IS_ARM:
        set_control = _external(builder, "llvm.aarch64.set.fpcr", _NOTHING, _WORD)
        builder.call(set_control, [value])
