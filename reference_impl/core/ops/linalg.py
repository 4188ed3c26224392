"""Functions of matrices and vectors that are composed of products and factors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtype import INEXACT, NUMBERS, check_kind
from ..errors import RangeError, ShapeError
from ..number import integer
from ..op import public
from ..operands import Operand, aligned, as_tensors, common_device
from ..shape import Shape
from ..tensor import Tensor
from .extremes import check_nonempty, max, min
from .inverse import inv, tolerance
from .joining import roll
from .lapack import check_matrices, check_square, constant_like
from .reduction import count_nonzero, sum
from .reshaping import broadcast_to, expand_dims
from .singular_values import svdvals
from .slicing import along, diagonal
from .statistics import norm

__all__ = ["cross", "matrix_norm", "matrix_power", "matrix_rank", "trace"]


@public
def trace(x: Operand, *, offset: int = 0, dtype: Any = None) -> Tensor:
    """Add the elements on a diagonal of every matrix.

    Shapes
    ------
    x       (..., M, N)
    result  (...)

    Parameters
    ----------
    offset : int
        How far above the main diagonal; below it if negative.
    dtype : dtype or str, optional
        Of `sum`.

    Raises
    ------
    ShapeError
        If there are fewer than two axes.
    """
    (x,) = as_tensors("trace", (x,))
    check_matrices(x, who="trace")
    above = integer("trace: offset", offset)
    return sum(diagonal(x, offset=above), axis=-1, dtype=dtype)


@public
def cross(x: Operand, y: Operand, *, axis: int = -1) -> Tensor:
    """Find the vector at right angles to two, as long as the area that they span.

    Shapes
    ------
    x, y, result  broadcast to one shape, of size 3 along the axis

    Raises
    ------
    DtypeError
        If the elements are no numbers, or do not combine.
    ShapeError
        If the size along the axis is not 3, or the shapes do not broadcast.

    Notes
    -----
    Source: Array API standard 2024.12, `linalg.cross`. There is none in the plane.
    """
    x, y = as_tensors("cross", (x, y))
    common_device("cross", (x, y))
    axis = integer("cross: axis", axis)
    for each in (x, y):
        in_range = -each.ndim <= axis < each.ndim
        if not in_range or each.shape[axis] != 3:
            raise ShapeError(
                f"cross: three elements along axis {axis} are needed, x is {x.shape} "
                f"and y is {y.shape}"
            )
    x, y = aligned("cross", (x, y))
    check_kind(x.dtype, NUMBERS, who="cross")
    return roll(x * roll(y, -1, axis=axis) - roll(x, -1, axis=axis) * y, -1, axis=axis)


@public
def matrix_power(x: Operand, n: int) -> Tensor:
    """Multiply every matrix with itself, so that it occurs `n` times.

    Shapes
    ------
    x, result  (..., N, N)

    Parameters
    ----------
    n : int
        With 0 the result is the identity; a negative one counts inverses.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no numbers, or the matrices are not square.
    RangeError
        If `n` is negative and a matrix is singular.
    """
    (x,) = as_tensors("matrix_power", (x,))
    check_kind(x.dtype, NUMBERS, who="matrix_power")
    check_square(x, who="matrix_power")
    count = integer("matrix_power: n", n)
    if count == 0:
        return broadcast_to(constant_like(x, np.eye(x.shape[-1])), x.shape)
    base = inv(x) if count < 0 else x
    # From the first binary digit on: x^13 = ((x^2 x)^2)^2 x.
    out = base
    for digit in f"{abs(count):b}"[1:]:
        out = out @ out
        if digit == "1":
            out = out @ base
    return out


@public
def matrix_rank(x: Operand, *, rtol: float | None = None) -> Tensor:
    """Count the singular values of every matrix that are not lost in rounding.

    Shapes
    ------
    x       (..., M, N)
    result  (...), int64

    Parameters
    ----------
    rtol : float, optional
        Of `pinv`: the share of the largest up to which singular values count as zero.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or no matrices.
    """
    (x,) = as_tensors("matrix_rank", (x,))
    check_kind(x.dtype, INEXACT, who="matrix_rank")
    check_matrices(x, who="matrix_rank")
    sizes = svdvals(x)
    least = along(sizes, -1, 0, 1) * tolerance("matrix_rank", x, rtol)
    return count_nonzero(sizes > least, axis=-1)


# How matrices are measured, and along which axes there must be elements.
_NORMS: dict[float | str, tuple[Callable[[Tensor], Tensor], Shape]] = {
    "fro": (lambda x: norm(x, axis=(-2, -1)), ()),
    "nuc": (lambda x: sum(svdvals(x), axis=-1), ()),
    1: (lambda x: max(sum(abs(x), axis=-2), axis=-1), (-1,)),
    -1: (lambda x: min(sum(abs(x), axis=-2), axis=-1), (-1,)),
    2: (lambda x: max(svdvals(x), axis=-1), (-2, -1)),
    -2: (lambda x: min(svdvals(x), axis=-1), (-2, -1)),
    math.inf: (lambda x: max(sum(abs(x), axis=-1), axis=-1), (-2,)),
    -math.inf: (lambda x: min(sum(abs(x), axis=-1), axis=-1), (-2,)),
}


@public
def matrix_norm(
    x: Operand, *, keepdims: bool = False, ord: float | str = "fro"
) -> Tensor:
    """Measure every matrix.

    Shapes
    ------
    x       (..., M, N)
    result  (...), or (..., 1, 1) with `keepdims`

    Parameters
    ----------
    ord : "fro", "nuc", 1, -1, 2, -2, infinity or minus infinity
        "fro": the root of the sum of squares; "nuc": the sum of the singular values;
        2 and -2: the largest and the smallest of them; 1 and -1: the largest and the
        smallest sum of absolute values in a column; infinities: in a row.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, no matrices, or there
        is nothing of which the largest or smallest is asked for.
    RangeError
        If there is no such norm.

    Notes
    -----
    The derivative of "fro" at zero is zero. Where several singular values, columns or
    rows are the largest together, they share the derivative equally.
    """
    (x,) = as_tensors("matrix_norm", (x,))
    check_kind(x.dtype, INEXACT, who="matrix_norm")
    check_matrices(x, who="matrix_norm")
    if not isinstance(ord, (str, int, float)) or ord not in _NORMS:
        known = ", ".join(map(repr, _NORMS))
        raise RangeError(f"matrix_norm: ord must be one of {known}; {ord!r} came")
    measure, needed = _NORMS[ord]
    check_nonempty(x, needed, who="matrix_norm")
    out = measure(x)
    return expand_dims(out, axis=(-2, -1)) if keepdims else out
