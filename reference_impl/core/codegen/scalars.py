"""What generated functions do to single numbers, beyond Numba's part of Python.

For some of it Numba has no word: a choice without a branch, a product and a sum that
are rounded once. For the rest its word raises exceptions or calls Numba's own library,
which is not there where the code will run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic as _intrinsic
from numba.extending import register_jitable

Builder = Any  # llvmlite's, whose classes have no annotations
Value = Any
Made = tuple[Any, Callable[..., Value]] | None

# Numba's annotations do not know that callers leave the first parameter out.
intrinsic: Any = _intrinsic


def called(builder: Builder, name: str, *given: Value, flags: tuple = ()) -> Value:
    """A call of one of LLVM's functions, such as `llvm.fma`."""
    kind = given[0].type
    signature = ir.FunctionType(kind, [kind] * len(given))
    function = cgutils.get_or_insert_function(
        builder.module, signature, f"{name}.{kind.intrinsic_name}"
    )
    return builder.call(function, given, fastmath=flags)


@intrinsic
def select(typing: Any, condition: Any, x: Any, y: Any) -> Made:
    """`x` if the condition holds, else `y`; both have been computed."""

    def emit(context, builder, signature, given):
        return builder.select(*given)

    return x(types.boolean, x, x), emit


@intrinsic
def fma(typing: Any, x: Any, y: Any, z: Any) -> Made:
    """`x * y + z`, rounded once."""

    def emit(context, builder, signature, given):
        return called(builder, "llvm.fma", *given)

    return x(x, x, x), emit


@intrinsic
def copysign(typing: Any, x: Any, y: Any) -> Made:
    """`x` with the sign of `y`."""

    def emit(context, builder, signature, given):
        return called(builder, "llvm.copysign", *given)

    return x(x, x), emit


@intrinsic
def polynomial(typing: Any, x: Any, coefficients: Any) -> Made:
    """Horner's scheme; the coefficient of the highest power comes first."""

    def emit(context, builder, signature, given):
        x, numbers = given
        result, *rest = cgutils.unpack_tuple(builder, numbers)
        for number in rest:
            result = called(builder, "llvm.fma", result, x, number)
        return result

    return x(x, coefficients), emit


@intrinsic
def polynomial_by_pairs(typing: Any, x: Any, coefficients: Any) -> Made:
    """A polynomial of x^2 with coefficients a x + b: half as many steps wait in turn.

    One of an even degree begins with a single coefficient.
    """

    def emit(context, builder, signature, given):
        x, numbers = given
        numbers = cgutils.unpack_tuple(builder, numbers)
        square = builder.fmul(x, x)
        odd = len(numbers) % 2
        pairs = numbers[:odd]
        for a, b in zip(numbers[odd::2], numbers[odd + 1 :: 2], strict=True):
            pairs.append(called(builder, "llvm.fma", a, x, b))
        result, *pairs = pairs
        for pair in pairs:
            result = called(builder, "llvm.fma", result, square, pair)
        return result

    return x(x, coefficients), emit


@intrinsic
def bits(typing: Any, x: Any) -> Made:
    """The bits of a float as an integer of its size."""
    word = getattr(types, f"int{x.bitwidth}")

    def emit(context, builder, signature, given):
        return builder.bitcast(given[0], context.get_value_type(word))

    return word(x), emit


@intrinsic
def float_of(typing: Any, word: Any) -> Made:
    """The float that has the bits of an integer of its size."""
    x = getattr(types, f"float{word.bitwidth}")

    def emit(context, builder, signature, given):
        return builder.bitcast(given[0], context.get_value_type(x))

    return x(word), emit


@intrinsic
def shifted_up(typing: Any, x: Any, places: Any) -> Made:
    """The bits of an integer, moved to higher places."""

    def emit(context, builder, signature, given):
        return builder.shl(*given)

    return x(x, x), emit


@intrinsic
def shifted_down(typing: Any, x: Any, places: Any) -> Made:
    """The bits of an integer, moved to lower places; the sign stays."""

    def emit(context, builder, signature, given):
        return builder.ashr(*given) if x.signed else builder.lshr(*given)

    return x(x, x), emit


@register_jitable
def integer_power(result: Any, x: Any, n: Any) -> Any:
    """`result`, multiplied n times by x."""
    while n > 0:
        if n & 1:
            result = result * x
        x = x * x
        n = n >> 1
    return result


def _from_c(name: str, kind: Any, count: int) -> Made:
    """A function of C's library of mathematics."""

    def emit(context, builder, signature, given):
        number = given[0].type
        function = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(number, [number] * count),
            f"{name}f" if kind == types.float32 else name,
        )
        return builder.call(function, given)

    return kind(*[kind] * count), emit


@intrinsic
def lgamma(typing: Any, x: Any) -> Made:
    """The logarithm of the absolute value of the gamma function."""
    return _from_c("lgamma", x, 1)


@intrinsic
def nextafter(typing: Any, x: Any, y: Any) -> Made:
    """The neighbour of `x` on the way to `y`."""
    return _from_c("nextafter", x, 2)
