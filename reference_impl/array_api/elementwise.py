"""Functions of single elements."""

from __future__ import annotations

from typing import Any

from ..core.ops.elementwise.arithmetic import divide as divided
from ..core.ops.elementwise.arithmetic import floor_divide as divided_down
from ..core.ops.elementwise.selection import where
from ..core.tensor import Tensor
from .data_types import KINDS
from .signatures import like, standard

__all__ = [
    "abs",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "ceil",
    "clip",
    "conj",
    "copysign",
    "cos",
    "cosh",
    "divide",
    "equal",
    "exp",
    "expm1",
    "floor",
    "floor_divide",
    "greater",
    "greater_equal",
    "hypot",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "nextafter",
    "not_equal",
    "positive",
    "pow",
    "real",
    "reciprocal",
    "remainder",
    "round",
    "sign",
    "signbit",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "tanh",
    "trunc",
]


def _unary(x: Any, /) -> Any: ...
def _binary(x1: Any, x2: Any, /) -> Any: ...


exp, expm1, log, log1p, log2, log10 = like(
    _unary, "exp", "expm1", "log", "log1p", "log2", "log10"
)
sin, cos, tan, asin, acos, atan = like(
    _unary, "sin", "cos", "tan", "asin", "acos", "atan"
)
sinh, cosh, tanh, asinh, acosh, atanh = like(
    _unary, "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"
)
abs, sign, signbit, negative, positive = like(
    _unary, "abs", "sign", "signbit", "negative", "positive"
)
sqrt, square, reciprocal = like(_unary, "sqrt", "square", "reciprocal")
ceil, floor, round, trunc = like(_unary, "ceil", "floor", "round", "trunc")
real, imag, conj = like(_unary, "real", "imag", "conj")
isfinite, isinf, isnan = like(_unary, "isfinite", "isinf", "isnan")
bitwise_invert, logical_not = like(_unary, "bitwise_invert", "logical_not")

add, subtract, multiply, divide = like(_binary, "add", "subtract", "multiply", "divide")
remainder, pow = like(_binary, "remainder", "pow")
atan2, hypot, logaddexp = like(_binary, "atan2", "hypot", "logaddexp")
copysign, nextafter = like(_binary, "copysign", "nextafter")
maximum, minimum = like(_binary, "maximum", "minimum")
equal, not_equal = like(_binary, "equal", "not_equal")
greater, greater_equal, less, less_equal = like(
    _binary, "greater", "greater_equal", "less", "less_equal"
)
logical_and, logical_or, logical_xor = like(
    _binary, "logical_and", "logical_or", "logical_xor"
)
bitwise_and, bitwise_or, bitwise_xor = like(
    _binary, "bitwise_and", "bitwise_or", "bitwise_xor"
)
bitwise_left_shift, bitwise_right_shift = like(
    _binary, "bitwise_left_shift", "bitwise_right_shift"
)


@standard
def clip(x: Any, /, min: Any = None, max: Any = None) -> Any: ...


def floor_divide(x1: Any, x2: Any, /) -> Tensor:
    """Divide and round down; infinity divided by a finite number is infinite.

    The framework's own function has NaN there, as NumPy and PyTorch do.
    """
    quotient = divided_down(x1, x2)
    if quotient.dtype not in KINDS["real floating"]:
        return quotient
    is_infinite = logical_and(isinf(x1), isfinite(x2))
    return where(is_infinite, divided(x1, x2), quotient)
