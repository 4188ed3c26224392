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
    """The bits of an integer, moved to higher places, in the end out of it."""

    def emit(context, builder, signature, given):
        number, places = given
        moved = builder.shl(number, places)
        return builder.select(_is_inside(builder, places), moved, number.type(0))

    return x(x, x), emit


def _is_inside(builder: Builder, places: Value) -> Value:
    """Whether LLVM shifts by so many places: a negative number, unsigned, is large."""
    return builder.icmp_unsigned("<", places, places.type(places.type.width))


@intrinsic
def shifted_down(typing: Any, x: Any, places: Any) -> Made:
    """The bits of an integer, moved to lower places; the sign stays."""

    def emit(context, builder, signature, given):
        number, places = given
        is_inside = _is_inside(builder, places)
        if x.signed:
            most = places.type(places.type.width - 1)  # leaves nothing but the sign
            return builder.ashr(number, builder.select(is_inside, places, most))
        moved = builder.lshr(number, places)
        return builder.select(is_inside, moved, number.type(0))

    return x(x, x), emit


@intrinsic
def floor_quotient(typing: Any, x: Any, y: Any) -> Made:
    """The quotient of two integers, rounded down; 0 where the divisor is."""

    def emit(context, builder, signature, given):
        x_value, y_value = given
        quotient, rest, is_less = _divided(builder, x_value, y_value, x.signed)
        quotient = builder.sub(quotient, builder.zext(is_less, rest.type))
        if x.signed:
            by_minus_one = builder.icmp_signed("==", y_value, y_value.type(-1))
            quotient = builder.select(by_minus_one, builder.neg(x_value), quotient)
        by_zero = builder.icmp_unsigned("==", y_value, y_value.type(0))
        return builder.select(by_zero, y_value, quotient)

    return x(x, x), emit


@intrinsic
def floor_rest(typing: Any, x: Any, y: Any) -> Made:
    """What is left after rounding a quotient down; 0 where the divisor is."""

    def emit(context, builder, signature, given):
        x_value, y_value = given
        _, rest, is_less = _divided(builder, x_value, y_value, x.signed)
        return builder.select(is_less, builder.add(rest, y_value), rest)

    return x(x, x), emit


def _divided(
    builder: Builder, x: Value, y: Value, is_signed: bool
) -> tuple[Value, Value, Value]:
    """Quotient and rest as rounded to zero, and whether rounding down makes it less.

    In place of 0 and -1, by which not every integer has a quotient, it is by 1.
    """
    one = y.type(1)
    if not is_signed:
        divisor = builder.select(builder.icmp_unsigned("==", y, y.type(0)), one, y)
        rest = builder.urem(x, divisor)
        return builder.udiv(x, divisor), rest, ir.Constant(ir.IntType(1), 0)
    # Of all numbers, y + 1 is 0 or 1 for these two.
    is_open = builder.icmp_unsigned("<=", builder.add(y, one), one)
    divisor = builder.select(is_open, one, y)
    quotient, rest = builder.sdiv(x, divisor), builder.srem(x, divisor)
    signs_differ = builder.icmp_signed("<", builder.xor(rest, divisor), y.type(0))
    has_rest = builder.icmp_signed("!=", rest, y.type(0))
    return quotient, rest, builder.and_(has_rest, signs_differ)


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
