"""Determinants, and their logarithms for those that overflow.

Source of the derivative rules: Giles 2008, "An extended collection of matrix derivative
results", section 2.2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..bundle import results
from ..dtype import COMPLEX, INEXACT, Dtype, real_type
from ..kinds import general, total
from ..operands import Operand
from ..tensor import Tensor
from .complex_numbers import adjoint, conj, imag, real
from .domains import invertible_matrices, well_conditioned
from .inverse import inv
from .lapack import lapack, square_shape
from .permuting import matrix_transpose
from .reduction import sum
from .reshaping import expand_dims

__all__ = ["det", "slogdet"]


def _change_of_cofactors(cofactors: Tensor, determinant: Tensor, t: Tensor) -> Tensor:
    slope = sum(cofactors * t, axis=(-2, -1), keepdims=True)
    turned = cofactors @ matrix_transpose(t) @ cofactors
    return (slope * cofactors - turned) / expand_dims(determinant, axis=(-2, -1))


def _cofactors_vjp(g, out, x):
    return (_change_of_cofactors(conj(out), conj(det(x)), g),)


def _cofactors_jvp(tangents, out, x):
    return _change_of_cofactors(out, det(x), *tangents)


@general(
    vjp=_cofactors_vjp,
    jvp=_cofactors_jvp,
    shape=lambda x: square_shape(x, who="det"),
    kinds=INEXACT,
    domain=lambda draw: [((well_conditioned(draw(3, 3)),), {})],
)
@lapack("has no singular values; are all elements finite?")
def _cofactors(x):
    """Take the derivative of the determinant by every element.

    A primitive for accuracy: the determinant times the inverse would be nothing times
    infinity for a singular matrix. Its own derivative is that one, and not a number.
    """
    u, s, vh = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]).prod(-1)
    phase = np.linalg.det(u) * np.linalg.det(vh)
    return phase[..., None, None] * np.conj(u * others[..., None, :] @ vh)


@general(
    vjp=lambda g, out, x: (expand_dims(g, axis=(-2, -1)) * conj(_cofactors(x)),),
    jvp=lambda tangents, out, x: sum(_cofactors(x) * tangents[0], axis=(-2, -1)),
    shape=lambda x: square_shape(x, who="det")[:-2],
    kinds=INEXACT,
    domain=invertible_matrices,
)
@lapack("has no determinant")
def det(x):
    """Take the determinant of every matrix.

    Shapes
    ------
    x       (..., N, N)
    result  (...)

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or the matrices are
        not square.

    Notes
    -----
    The first derivative is exact for singular matrices too. Higher ones divide by the
    determinant: those of a singular matrix are not numbers.
    """
    return np.asarray(np.linalg.det(x))


class Slogdet(NamedTuple):
    """A determinant as its sign, or phase, and the logarithm of its absolute value."""

    sign: Tensor
    logabsdet: Tensor


def _slogdet_vjp(g, out, x):
    of_sign, of_log = g
    if x.dtype in COMPLEX and of_sign is not None:
        sign, _ = results(out)
        of_sign = imag(conj(sign) * of_sign) * 1j
    else:
        of_sign = None  # a sign does not change with small changes of the matrix
    slope = total((of_sign, of_log))
    if slope is None:
        return (None,)
    return (expand_dims(slope, axis=(-2, -1)) * adjoint(inv(x)),)


def _slogdet_jvp(tangents, out, x):
    (t,) = tangents
    relative = sum(matrix_transpose(inv(x)) * t, axis=(-2, -1))
    if x.dtype not in COMPLEX:
        return None, relative
    sign, _ = results(out)
    return sign * (imag(relative) * 1j), real(relative)


def _slogdet_dtype(x: Any) -> tuple[Dtype, Dtype]:
    return x.dtype, real_type(x.dtype)


@general(
    vjp=_slogdet_vjp,
    jvp=_slogdet_jvp,
    shape=lambda x: (square_shape(x, who="slogdet")[:-2],) * 2,
    dtype=_slogdet_dtype,
    kinds=INEXACT,
    domain=invertible_matrices,
)
@lapack("has no determinant")
def _slogdet(x):
    """Take the sign and the logarithm of the absolute value of every determinant."""
    return tuple(map(np.asarray, np.linalg.slogdet(x)))


def slogdet(x: Operand) -> Slogdet:
    """Take the sign and the logarithm of the absolute value of every determinant.

    Shapes
    ------
    x                (..., N, N)
    sign, logabsdet  (...)

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or the matrices are
        not square.
    RangeError
        If the derivative for a singular matrix, of which there is none, is asked for.

    Notes
    -----
    Of a complex determinant, `sign` is the complex number of size 1 with its phase. A
    singular matrix has the sign 0 and the logarithm minus infinity.
    """
    return Slogdet(*results(_slogdet(x)))
