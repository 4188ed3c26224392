"""What generated functions call besides arithmetic: elements of memory, reductions.

Each is an intrinsic: a few LLVM instructions at the place of the call. They exist for
what LLVM's vectoriser asks for and Numba has no word for: that arrays do not overlap,
and that a sum may be taken in any order.

Arrays are said not to overlap even if a kernel works in place (`in_place.py`). LLVM
concludes that loads and stores may change places, and a store that waits for the value
of its load never does. Without that word it would compare addresses before the loop,
find them equal, and take one element at a time.

Only functions that are being built import this module, for it imports Numba.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import models, register_model

from .scalars import Builder, Made, Value, called, intrinsic

# Arrays from this number on are taken for overlapping with all others.
MOST_ARRAYS = 64


class Elements(types.Type):
    """The type of an address at which elements of one dtype stand."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        super().__init__(name=f"Elements({dtype})")

    @property
    def value(self) -> types.Type:
        """What an element is once it has been read: 16-bit floats become float32."""
        return getattr(types, _WIDENED.get(self.dtype, self.dtype))


_WIDENED = {"float16": "float32", "bfloat16": "float32", "bool": "boolean"}


@register_model(Elements)
class _Address(models.OpaqueModel):
    """An address without a type; reading and writing know how many bytes they want."""


# Elements in memory. An element of a 16-bit float or of a boolean is not stored as it
# is computed with: `_read` widens what was loaded, `_written` is its inverse.


def _stored_type(context: Any, elements: Elements) -> ir.Type:
    special = {
        "float16": ir.HalfType(),
        "bfloat16": ir.IntType(16),
        "bool": ir.IntType(8),
    }
    return special.get(elements.dtype) or context.get_value_type(elements.value)


def _read(builder: Builder, dtype: str, stored: Value) -> Value:
    if dtype == "float16":
        return builder.fpext(stored, ir.FloatType())
    if dtype == "bfloat16":  # the upper half of a float32
        word = builder.zext(stored, ir.IntType(32))
        return builder.bitcast(builder.shl(word, word.type(16)), ir.FloatType())
    if dtype == "bool":
        return builder.icmp_unsigned("!=", stored, stored.type(0))
    return stored


def _written(builder: Builder, dtype: str, value: Value) -> Value:
    if dtype == "float16":
        return builder.fptrunc(value, ir.HalfType())
    if dtype == "bfloat16":
        return _upper_half(builder, value)
    if dtype == "bool":
        return builder.zext(value, ir.IntType(8))
    return value


def _upper_half(builder: Builder, value: Value) -> Value:
    """A float32 rounded to its upper 16 bits, halves to even, in integers.

    A NaN is replaced by one whose upper half is no infinity.
    """
    word = builder.bitcast(value, ir.IntType(32))
    half = word.type(16)
    is_odd = builder.and_(builder.lshr(word, half), word.type(1))
    rounded = builder.add(word, builder.add(is_odd, word.type(0x7FFF)))
    is_number = builder.fcmp_ordered("==", value, value)
    chosen = builder.select(is_number, rounded, word.type(0x7FC00000))
    return builder.trunc(builder.lshr(chosen, half), ir.IntType(16))


def _without_overlap(builder: Builder, access: Value, number: int) -> Value:
    """Let an access to an array be known to touch no other array."""
    if number < MOST_ARRAYS:
        module = builder.module
        domain = module.add_metadata(["arrays"])
        scopes = [
            module.add_metadata([f"array {i}", domain]) for i in range(MOST_ARRAYS)
        ]
        others = scopes[:number] + scopes[number + 1 :]
        access.set_metadata("alias.scope", module.add_metadata([scopes[number]]))
        access.set_metadata("noalias", module.add_metadata(others))
    return access


def _place(context: Any, builder: Builder, elements: Elements, x: Value, i: Value):
    stored = _stored_type(context, elements)
    return builder.gep(builder.bitcast(x, stored.as_pointer()), [i])


def _load(context: Any, builder: Builder, elements: Elements, k: int, x, i) -> Value:
    access = builder.load(_place(context, builder, elements, x, i))
    _without_overlap(builder, access, k)
    return _read(builder, elements.dtype, access)


@intrinsic(prefer_literal=True)
def array(typing: Any, args: Any, k: Any, dtype: Any) -> Made:
    """The argument at position `k`, an address of elements of a dtype (its name)."""
    if not isinstance(dtype, types.StringLiteral):
        return None
    elements = Elements(dtype.literal_value)

    def emit(context, builder, signature, given):
        word = builder.load(builder.gep(given[0], [given[1]]))
        return builder.inttoptr(word, context.get_value_type(elements))

    return elements(args, types.int64, dtype), emit


@intrinsic(prefer_literal=True)
def load(typing: Any, x: Any, k: Any, i: Any) -> Made:
    """Element `i` of the array `x`, which is array number `k`."""
    if not isinstance(k, types.IntegerLiteral):
        return None

    def emit(context, builder, signature, given):
        return _load(context, builder, x, k.literal_value, given[0], given[2])

    return x.value(x, k, types.int64), emit


@intrinsic(prefer_literal=True)
def store(typing: Any, x: Any, k: Any, i: Any, value: Any) -> Made:
    """Write element `i` of array number `k`, rounded to its dtype, halves to even."""
    if not isinstance(k, types.IntegerLiteral):
        return None

    def emit(context, builder, signature, given):
        place = _place(context, builder, x, given[0], given[2])
        access = builder.store(_written(builder, x.dtype, given[3]), place)
        _without_overlap(builder, access, k.literal_value)
        return context.get_dummy_value()

    return types.void(x, k, types.int64, x.value), emit


@intrinsic(prefer_literal=True)
def rounded(typing: Any, value: Any, dtype: Any) -> Made:
    """A float32 as a 16-bit float would hold it."""
    if not isinstance(dtype, types.StringLiteral):
        return None

    def emit(context, builder, signature, given):
        name = dtype.literal_value
        return _read(builder, name, _written(builder, name, given[0]))

    return types.float32(types.float32, dtype), emit


# Reductions: the accumulator decides the type, and integers wrap in its bits.


def _reduction(name: str, doc: str, of_floats: Callable, of_integers: Callable) -> Any:
    def typed(typing, accumulator, value):
        def emit(context, builder, signature, given):
            if isinstance(accumulator, types.Float):
                return of_floats(builder, *given)
            return of_integers(builder, accumulator.signed, *given)

        return accumulator(accumulator, accumulator), emit

    typed.__name__, typed.__doc__ = name, doc
    return intrinsic(typed)


# Any order of the terms will do, so a vector of partial sums will.
_ANY_ORDER = ("reassoc",)

plus = _reduction(
    "plus",
    "The sum so far and one more; the order of a loop's sum is free.",
    lambda builder, x, y: builder.fadd(x, y, flags=_ANY_ORDER),
    lambda builder, signed, x, y: builder.add(x, y),
)

times = _reduction(
    "times",
    "The product so far times one more; the order is free.",
    lambda builder, x, y: builder.fmul(x, y, flags=_ANY_ORDER),
    lambda builder, signed, x, y: builder.mul(x, y),
)

maximum = _reduction(
    "maximum",
    "The greater of two; NaN if one is.",
    # Which of two zeros is greater takes instructions and nobody asks.
    lambda builder, x, y: called(builder, "llvm.maximum", x, y, flags=("nsz",)),
    lambda builder, signed, x, y: called(
        builder, "llvm.smax" if signed else "llvm.umax", x, y
    ),
)

minimum = _reduction(
    "minimum",
    "The lesser of two; NaN if one is.",
    lambda builder, x, y: called(builder, "llvm.minimum", x, y, flags=("nsz",)),
    lambda builder, signed, x, y: called(
        builder, "llvm.smin" if signed else "llvm.umin", x, y
    ),
)
