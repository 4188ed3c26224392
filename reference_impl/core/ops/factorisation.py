"""Triangular factors: Cholesky and QR.

Both rules find the triangular factor by one projection. A matrix near the identity is
the product of a triangular factor and its adjoint, or of a unitary and a triangular
factor, and to first order the triangle takes what lies on its side of the diagonal,
all of it that is Hermitian, and half of the diagonal.

Sources: Murray 2016, "Differentiation of the Cholesky decomposition", section 3.1;
Walter and Lehmann 2010, "Algorithmic differentiation of linear algebra functions",
section 3; Seeger et al. 2017, "Auto-differentiating linear algebra", section 4.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from ..bundle import results
from ..dtype import INEXACT
from ..errors import RangeError
from ..kinds import general, total
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import Shape
from ..tensor import Tensor
from .complex_numbers import adjoint
from .domains import positive_definite_matrices, well_conditioned
from .inverse import solve
from .joining import concat
from .lapack import (
    check_matrices,
    check_reduced,
    constant_like,
    hermitian_part,
    lapack,
    square_shape,
    symmetrised,
)
from .slicing import along

__all__ = ["cholesky", "qr"]


def _lower_half(x: Tensor) -> Tensor:
    """The lower triangles with half of their diagonals."""
    size = x.shape[-1]
    return x * constant_like(x, np.tri(size) - np.eye(size) / 2)


def _cholesky_vjp(g, out, x):
    turned = adjoint(out)
    half = solve(turned, _lower_half(turned @ g))
    return (hermitian_part(solve(turned, adjoint(half))),)


def _cholesky_jvp(tangents, out, x):
    half = solve(out, hermitian_part(tangents[0]))
    return out @ _lower_half(solve(out, adjoint(half)))


@general(
    vjp=_cholesky_vjp,
    jvp=_cholesky_jvp,
    shape=lambda x: square_shape(x, who="cholesky"),
    kinds=INEXACT,
    domain=positive_definite_matrices,
)
@lapack("is not positive definite")
def _cholesky(x):
    """Find the lower triangle whose product with its adjoint is the matrix."""
    return np.linalg.cholesky(symmetrised(x))


@public
def cholesky(x: Operand, *, upper: bool = False) -> Tensor:
    """Find the lower triangle whose product with its adjoint is the matrix.

    Shapes
    ------
    x, result  (..., N, N)

    Parameters
    ----------
    upper : bool
        Return the adjoint, an upper triangle, instead.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or the matrices are
        not square.
    RangeError
        If a matrix is not positive definite; the message says which.

    Notes
    -----
    A function of the Hermitian part of `x`, the mean of it and its adjoint: both
    triangles count, and the gradient is Hermitian. NumPy reads one triangle.
    """
    out = _cholesky(x)
    return adjoint(out) if upper else out


class QR(NamedTuple):
    """Orthonormal columns, and the upper triangle that combines them to the matrix."""

    Q: Tensor
    R: Tensor


def _upper_half(x: Tensor) -> Tensor:
    """The upper triangles with half of their diagonals."""
    return adjoint(_lower_half(adjoint(x)))


_check_reduced = functools.partial(
    check_reduced, who="qr", vectors="columns", advice="mode='reduced'"
)


def _qr_vjp(g, out, x, complete):
    _check_reduced(complete)
    of_q, of_r = g
    q, r = results(out)
    inner = total(
        (
            None if of_r is None else of_r @ adjoint(r),
            None if of_q is None else -(adjoint(q) @ of_q),
        )
    )
    assert inner is not None
    kept = _upper_half(inner)
    moved = total((of_q, q @ (kept + adjoint(kept))))
    assert moved is not None
    return (adjoint(solve(r, adjoint(moved))),)


def _qr_jvp(tangents, out, x, complete):
    _check_reduced(complete)
    (t,) = tangents
    q, r = results(out)
    moved = adjoint(solve(adjoint(r), adjoint(t)))
    along_q = adjoint(q) @ moved
    inner = _upper_half(along_q + adjoint(along_q))
    return moved - q @ inner, inner @ r


def _qr_shape(x: Any, complete: bool) -> tuple[Shape, Shape]:
    *batch, rows, columns = x.shape
    inner = rows if complete else columns
    return (*batch, rows, inner), (*batch, inner, columns)


@general(
    vjp=_qr_vjp,
    jvp=_qr_jvp,
    shape=_qr_shape,
    dtype=lambda x, complete: (x.dtype, x.dtype),
    kinds=INEXACT,
    domain=lambda draw: [
        ((well_conditioned(draw(*shape)),), {"complete": False})
        for shape in ((3, 3), (4, 2), (2, 1, 3, 2))
    ],
)
@lapack("has no QR factors")
def _qr(x, *, complete):
    """Find orthonormal columns and the triangle that combines them to the matrix."""
    return tuple(np.linalg.qr(x, mode="complete" if complete else "reduced"))


def qr(x: Operand, *, mode: str = "reduced") -> QR:
    """Find orthonormal columns and the upper triangle that combines them to the matrix.

    Shapes
    ------
    x  (..., M, N)
    Q  (..., M, K)  with K = min(M, N), or M for `mode="complete"`
    R  (..., K, N)

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or no matrices.
    RangeError
        If there is no such mode; or if the derivative is asked for while the first K
        columns are linearly dependent, where there is none.
    GradientError
        If the derivative of a complete basis is asked for.

    Notes
    -----
    The diagonal of R is real. Its signs are LAPACK's and not always positive.
    """
    if mode not in ("reduced", "complete"):
        raise RangeError(f"qr: mode must be 'reduced' or 'complete', {mode!r} came")
    (x,) = as_tensors("qr", (x,))
    check_matrices(x, who="qr")
    rows, columns = x.shape[-2:]
    if rows >= columns:
        return QR(*results(_qr(x, complete=mode == "complete" and rows > columns)))
    # The first columns determine Q, and Q all the others.
    q, first = results(_qr(along(x, -1, 0, rows), complete=False))
    others = adjoint(q) @ along(x, -1, rows, columns)
    return QR(q, concat((first, others), axis=-1))
