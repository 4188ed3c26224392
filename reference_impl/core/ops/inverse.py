"""Linear systems: their solution, inverse matrices, least squares.

Sources of the derivative rules: for `solve` and `inv` Giles 2008, "An extended
collection of matrix derivative results", sections 2.2 and 2.3; for `pinv` Golub and
Pereyra 1973, "The differentiation of pseudo-inverses and nonlinear least squares
problems whose variables separate", theorem 4.3.
"""

from __future__ import annotations

import ml_dtypes
import numpy as np

from ..dtype import INEXACT, check_kind
from ..errors import ShapeError
from ..kinds import general, total
from ..number import real_number
from ..op import public
from ..operands import Operand, as_tensors, promoted
from ..tensor import Tensor
from .complex_numbers import adjoint
from .domains import invertible_matrices, well_conditioned
from .lapack import check_matrices, check_square, finite, lapack, square_shape
from .matmul import equal_batches
from .reshaping import reshape

__all__ = ["inv", "lstsq", "pinv", "solve"]


def _solve_vjp(g, out, x, y):
    of_y = _solve(adjoint(x), g)
    return -(of_y @ adjoint(out)), of_y


def _solve_jvp(tangents, out, x, y):
    of_x, of_y = tangents
    moved = total((of_y, None if of_x is None else -(of_x @ out)))
    return None if moved is None else _solve(x, moved)


@general(
    vjp=_solve_vjp,
    jvp=_solve_jvp,
    shape=lambda x, y: y.shape,
    kinds=INEXACT,
    domain=lambda draw: [
        ((well_conditioned(draw(3, 3)), draw(3, 2)), {}),
        ((well_conditioned(draw(2, 1, 2, 2)), draw(2, 1, 2, 1)), {}),
    ],
)
@lapack("is singular")
def _solve(x, y):
    """Find the matrix whose product with `x`, from the left, is `y`."""
    return np.linalg.solve(x, y)


@public
def solve(x: Operand, y: Operand) -> Tensor:
    """Find what has to be multiplied by a matrix, from the left, to give `y`.

    Shapes
    ------
    x       (..., N, N)
    y       (..., N, K), or (N,): a column
    result  (..., N, K), without K for a column

    Raises
    ------
    DtypeError
        If the elements are no floating-point or complex numbers, or do not combine.
    ShapeError
        If the matrices are not square, the sizes differ, or the batches do not
        broadcast.
    RangeError
        If a matrix is singular.
    """
    x, y = promoted("solve", (x, y))
    check_kind(x.dtype, INEXACT, who="solve")
    check_square(x, who="solve")
    columns = y if y.ndim != 1 else reshape(y, (-1, 1))
    if columns.ndim < 2 or columns.shape[-2] != x.shape[-1]:
        raise ShapeError(
            f"solve: x is {x.shape}, so y needs rows in the number of "
            f"{x.shape[-1]}; y is {y.shape}"
        )
    out = _solve(*equal_batches("solve", x, columns))
    return out if y.ndim != 1 else reshape(out, out.shape[:-1])


@general(
    vjp=lambda g, out, x: (-(adjoint(out) @ g @ adjoint(out)),),
    jvp=lambda tangents, out, x: -(out @ tangents[0] @ out),
    shape=lambda x: square_shape(x, who="inv"),
    kinds=INEXACT,
    domain=invertible_matrices,
)
@lapack("is singular")
def inv(x):
    """Invert every matrix.

    A primitive for speed: its derivative needs no second factorisation.

    Shapes
    ------
    x, result  (..., N, N)

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or the matrices are
        not square.
    RangeError
        If a matrix is singular.
    """
    return np.linalg.inv(x)


def _pinv_vjp(g, out, x, rtol):
    # The projections off the columns and off the rows of x are Hermitian.
    back, turned = adjoint(g), adjoint(out)
    off_columns = back - x @ (out @ back)
    off_rows = back - (back @ out) @ x
    return (off_columns @ out @ turned + turned @ out @ off_rows - turned @ g @ turned,)


def _pinv_jvp(tangents, out, x, rtol):
    (t,) = tangents
    back, turned = adjoint(t), adjoint(out)
    off_columns = back - (back @ x) @ out
    off_rows = back - out @ (x @ back)
    return out @ turned @ off_columns + off_rows @ turned @ out - out @ t @ out


@general(
    vjp=_pinv_vjp,
    jvp=_pinv_jvp,
    shape=lambda x, rtol: (*x.shape[:-2], x.shape[-1], x.shape[-2]),
    kinds=INEXACT,
    domain=lambda draw: [
        ((well_conditioned(draw(*shape)),), {"rtol": 1e-3})
        for shape in ((3, 2), (2, 3), (2, 1, 3, 2))
    ],
)
@lapack("has no singular values; are all elements finite?")
def _pinv(x, *, rtol):
    """Invert every matrix where it can be inverted.

    A primitive, since the derivative of the factors is infinite where two singular
    values are equal, and that of their product is not.
    """
    return np.linalg.pinv(finite(x), rcond=rtol)


@public
def pinv(x: Operand, *, rtol: float | None = None) -> Tensor:
    """Invert every matrix where it can be inverted: the Moore-Penrose inverse.

    Shapes
    ------
    x       (..., M, N)
    result  (..., N, M)

    Parameters
    ----------
    rtol : float, optional
        Singular values up to this share of the largest count as zero; by default
        max(M, N) times the distance from 1 to the next number of the dtype.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or no matrices.
    RangeError
        If an element is not finite.

    Notes
    -----
    The derivative is that among matrices of the same rank.
    """
    (x,) = as_tensors("pinv", (x,))
    check_kind(x.dtype, INEXACT, who="pinv")
    check_matrices(x, who="pinv")
    return _pinv(x, rtol=tolerance("pinv", x, rtol))


def tolerance(who: str, x: Tensor, rtol: float | None) -> float:
    """The share of the largest singular value up to which one counts as zero.

    By default, it is lost in rounding.
    """
    if rtol is not None:
        return float(real_number(f"{who}: rtol", rtol))
    return max(x.shape[-2:]) * float(ml_dtypes.finfo(x.dtype).eps)


@public
def lstsq(x: Operand, y: Operand, *, rtol: float | None = None) -> Tensor:
    """Find the smallest of the matrices whose products with `x` are nearest to `y`.

    Distances and sizes are sums of squares.

    Shapes
    ------
    x       (..., M, N)
    y       (..., M, K), or (M,): a column
    result  (..., N, K), without K for a column

    Parameters
    ----------
    rtol : float, optional
        Of `pinv`, whose other errors are raised too.

    Raises
    ------
    ShapeError
        If the sizes differ or the batches do not broadcast.
    """
    x, y = promoted("lstsq", (x, y))
    check_kind(x.dtype, INEXACT, who="lstsq")
    check_matrices(x, who="lstsq")
    if not y.ndim or x.shape[-2] != y.shape[max(y.ndim - 2, 0)]:
        raise ShapeError(
            f"lstsq: x is {x.shape}, so y needs rows in the number of "
            f"{x.shape[-2]}; y is {y.shape}"
        )
    return _pinv(x, rtol=tolerance("lstsq", x, rtol)) @ y
