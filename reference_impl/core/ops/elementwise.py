"""Functions of single elements: arithmetic, exponentials, comparison, choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtype import ANY, BOOLEANS, COMPLEX, INEXACT, Dtype, as_dtype, bool_, complex128
from ..errors import DtypeError
from ..op import elementwise, general, linear, public
from ..operands import Operand, as_tensors, promoted, stretched
from ..tensor import FUNCTIONS, Tensor
from .creation import zeros_like

__all__ = [
    "add",
    "astype",
    "divide",
    "equal",
    "exp",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "log",
    "multiply",
    "negative",
    "not_equal",
    "subtract",
    "where",
]


@elementwise(
    partials=lambda out, x, y: (1, 1),
    py="({0} + {1})",
    c="({0} + {1})",
    domain=(-2, 2),
)
def add(x, y):
    """Add two tensors element by element."""
    return x + y


@elementwise(
    partials=lambda out, x, y: (1, -1),
    py="({0} - {1})",
    c="({0} - {1})",
    domain=(-2, 2),
)
def subtract(x, y):
    """Take the second tensor from the first, element by element."""
    return x - y


@elementwise(
    partials=lambda out, x, y: (y, x),
    py="({0} * {1})",
    c="({0} * {1})",
    domain=(-2, 2),
)
def multiply(x, y):
    """Multiply two tensors element by element."""
    return x * y


@elementwise(
    partials=lambda out, x, y: (1 / y, -out / y),
    py="({0} / {1})",
    c="({0} / {1})",
    domain=(0.5, 2),
    kinds=INEXACT,
)
def divide(x, y):
    """Divide the first tensor by the second, element by element."""
    return x / y


@elementwise(
    partials=lambda out, x: (-1,),
    py="(-{0})",
    c="(-{0})",
    domain=(-2, 2),
)
def negative(x):
    """Change the sign of every element."""
    return -x


@elementwise(
    partials=lambda out, x: (out,),
    py="math.exp({0})",
    c="exp{f}({0})",
    domain=(-2, 2),
    kinds=INEXACT,
)
def exp(x):
    """Raise e to every element."""
    return np.exp(x)


@elementwise(
    partials=lambda out, x: (1 / x,),
    py="math.log({0})",
    c="log{f}({0})",
    domain=(0.1, 10),
    kinds=INEXACT,
)
def log(x):
    """Take the natural logarithm of every element."""
    return np.log(x)


def _comparison(sign: str) -> Any:
    return elementwise(
        partials=None,
        py=f"({{0}} {sign} {{1}})",
        c=f"({{0}} {sign} {{1}})",
        domain=(-2, 2),
        kinds=ANY,
        dtype=bool_,
    )


@_comparison("==")
def equal(x, y):
    """Say of every pair of elements whether they are equal."""
    return x == y


@_comparison("!=")
def not_equal(x, y):
    """Say of every pair of elements whether they differ."""
    return x != y


@_comparison(">")
def greater(x, y):
    """Say of every pair of elements whether the first is greater."""
    return x > y


@_comparison(">=")
def greater_equal(x, y):
    """Say of every pair of elements whether the first is not less."""
    return x >= y


@_comparison("<")
def less(x, y):
    """Say of every pair of elements whether the first is less."""
    return x < y


@_comparison("<=")
def less_equal(x, y):
    """Say of every pair of elements whether the first is not greater."""
    return x <= y


@linear(
    transpose=lambda g, x: g,
    shape=lambda x: x.shape,
    domain=lambda draw: [((draw(3, 4),), {})],
)
def identity(x):
    """Pass every element on."""
    return x


@linear(
    transpose=lambda g, x, dtype: _cast_back(g, x.dtype),
    shape=lambda x, dtype: x.shape,
    dtype=lambda x, dtype: dtype,
    domain=lambda draw: [((draw(3, 4),), {"dtype": complex128})],
)
def _astype(x, *, dtype):
    """Convert every element to another dtype."""
    return x.astype(dtype)


def _cast_back(g: Tensor, dtype: Dtype) -> Tensor:
    if g.dtype in COMPLEX and dtype not in COMPLEX:
        g = FUNCTIONS["real"](g)
    return astype(g, dtype)


@public
def astype(x: Operand, dtype: Dtype | str) -> Tensor:
    """Convert every element to another dtype.

    Raises
    ------
    DtypeError
        If there is no such dtype, or complex numbers would lose their imaginary part.
    """
    (x,) = as_tensors("astype", (x,))
    wanted = as_dtype(dtype)
    if x.dtype in COMPLEX and wanted not in COMPLEX and wanted is not bool_:
        raise DtypeError(
            f"astype: {wanted} cannot hold {x.dtype}; take `real` or `abs` first"
        )
    return _astype(x, dtype=wanted)


def _select_jvp(tangents, out, condition, x, y):
    _, of_x, of_y = tangents
    if of_x is None and of_y is None:
        return None
    return where(
        condition,
        zeros_like(out) if of_x is None else of_x,
        zeros_like(out) if of_y is None else of_y,
    )


@general(
    vjp=lambda g, out, condition, x, y: (
        None,
        where(condition, g, zeros_like(g)),
        where(condition, zeros_like(g), g),
    ),
    jvp=_select_jvp,
    shape=lambda condition, x, y: x.shape,
    dtype=lambda condition, x, y: x.dtype,
    kinds=BOOLEANS,
    domain=lambda draw: [((draw(3, 4) > 0, draw(3, 4), draw(3, 4)), {})],
)
def _where(condition, x, y):
    """Take every element from `x` where the condition holds, else from `y`."""
    return np.where(condition, x, y)


@public
def where(condition: Operand, x: Operand, y: Operand) -> Tensor:
    """Take every element from `x` where the condition holds, else from `y`.

    Shapes
    ------
    condition, x, y  broadcast to one shape, that of the result

    Notes
    -----
    The derivative of what was not taken is zero, and zero times an infinite slope is
    not a number: write `log(where(x > 0, x, 1))` inside, not only `where` outside.
    """
    (condition,) = as_tensors("where", (condition,))
    return _where(*stretched("where", (condition, *promoted("where", (x, y)))))
