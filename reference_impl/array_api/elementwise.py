"""Functions of single elements."""

from __future__ import annotations

from typing import Any

from ..core import ops
from ..core.operands import promoted
from ..core.tensor import Tensor
from .data_types import KINDS
from .signatures import like, standard


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
    x1, x2 = promoted("floor_divide", (x1, x2))
    if x1.dtype not in KINDS["real floating"]:
        return ops.floor_divide(x1, x2)
    is_infinite = logical_and(isinf(x1), isfinite(x2))
    # Any number will do for infinity here, but NumPy would warn of a remainder of it.
    quotient = ops.floor_divide(ops.where(is_infinite, 1, x1), x2)
    return ops.where(is_infinite, ops.divide(x1, x2), quotient)


# The functions of the framework that are defined here.
__all__ = [name for name in globals() if name in ops.__all__]
