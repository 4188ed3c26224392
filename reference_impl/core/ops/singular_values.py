"""Singular values and singular vectors.

Where two singular values are equal, any basis of a plane will do: the derivatives of
the vectors are infinite or not numbers there. Sorted values have none either, only
their symmetric functions, such as their sum, and through `svdvals` it is exact; see
`eigenvalues`.

Sources of the derivative rules: Townsend 2016, "Differentiating the singular value
decomposition"; for complex matrices Wan and Zhang 2019, "Automatic differentiation for
complex valued SVD"; see `phases` for what is added to them.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from ..bundle import results
from ..dtype import COMPLEX, INEXACT, Dtype, real_type
from ..kinds import general, total
from ..operands import Operand, as_tensors
from ..shape import Shape
from ..tensor import Tensor
from .complex_numbers import adjoint, imag, real
from .contraction import vecdot
from .domains import well_conditioned
from .lapack import check_matrices, check_reduced, finite, lapack
from .phases import (
    inverse_gaps,
    motion_cotangent,
    pivot_phases,
    turn,
    turn_cotangent,
)
from .reshaping import expand_dims

__all__ = ["svd", "svdvals"]


class SVD(NamedTuple):
    """Left singular vectors as columns, singular values, right ones as adjoint rows."""

    U: Tensor
    S: Tensor
    Vh: Tensor


def _motion(u: Tensor, s: Tensor, pushed: Tensor) -> Tensor:
    """How singular vectors move when `pushed` is added to what they are scaled to."""
    rows, inner = expand_dims(s, axis=-2), adjoint(u) @ pushed
    scaled = inner * rows
    moved = u @ (inverse_gaps(s * s) * (scaled + adjoint(scaled)))
    if u.shape[-2] == u.shape[-1]:
        return moved
    return moved + (pushed - u @ inner) / rows


def _motion_adjoint(u: Tensor, s: Tensor, g: Tensor) -> Tensor:
    """The cotangent of `pushed` in `_motion`, given that of the motion."""
    rows, inner = expand_dims(s, axis=-2), adjoint(u) @ g
    scaled = inverse_gaps(s * s) * inner
    back = u @ ((scaled + adjoint(scaled)) * rows)
    if u.shape[-2] == u.shape[-1]:
        return back
    return back + (g - u @ inner) / rows


_check_reduced = functools.partial(
    check_reduced, who="svd", vectors="vectors", advice="full_matrices=False"
)


def _svd_vjp(g, out, x, full_matrices):
    _check_reduced(full_matrices)
    of_u, of_s, of_vh = g
    u, s, vh = results(out)
    v, rows = adjoint(vh), expand_dims(s, axis=-2)
    of_v = None if of_vh is None else adjoint(of_vh)
    back = [None if of_s is None else u * expand_dims(of_s, axis=-2)]
    if x.dtype in COMPLEX and not (of_u is None and of_v is None):
        of_phase = None if of_v is None else turn_cotangent(of_v, v)
        of_turn = total((None if of_u is None else turn_cotangent(of_u, u), of_phase))
        assert of_turn is not None
        of_u = total((of_u, motion_cotangent(of_turn, u)))
        if of_phase is not None:
            back.append(u * (of_phase / rows * 1j))
    if of_u is not None:
        back.append(_motion_adjoint(u, s, of_u))
    left = total(back)
    parts = [None if left is None else left @ vh]
    if of_v is not None:
        parts.append(u @ adjoint(_motion_adjoint(v, s, of_v)))
    return (total(parts),)


def _svd_jvp(tangents, out, x, full_matrices):
    _check_reduced(full_matrices)
    (t,) = tangents
    u, s, vh = results(out)
    v = adjoint(vh)
    pushed = t @ v
    of_u, of_v = _motion(u, s, pushed), _motion(v, s, adjoint(t) @ u)
    along_u = vecdot(u, pushed, axis=-2)
    if x.dtype in COMPLEX:
        # The matrix determines how the two phases differ; the pivots, the rest.
        phase = expand_dims(imag(along_u) / s, axis=-2) * 1j
        turning = turn(of_u, u)
        of_u, of_v = of_u - u * turning, of_v - v * (turning + phase)
    return of_u, real(along_u), adjoint(of_v)


def _svd_shape(x: Any, full_matrices: bool) -> tuple[Shape, Shape, Shape]:
    *batch, M, N = x.shape
    K = min(M, N)
    of_u, of_v = (M, N) if full_matrices else (K, K)
    return (*batch, M, of_u), (*batch, K), (*batch, of_v, N)


def _svd_dtype(x: Any, full_matrices: bool) -> tuple[Dtype, Dtype, Dtype]:
    return x.dtype, real_type(x.dtype), x.dtype


@general(
    vjp=_svd_vjp,
    jvp=_svd_jvp,
    shape=_svd_shape,
    dtype=_svd_dtype,
    kinds=INEXACT,
    domain=lambda draw: [
        ((well_conditioned(draw(*shape)),), {"full_matrices": False})
        for shape in ((3, 3), (4, 2), (2, 1, 2, 3))
    ],
)
@lapack("has no singular values; are all elements finite?")
def _svd(x, *, full_matrices):
    """Find the singular values and the singular vectors of matrices."""
    u, s, vh = np.linalg.svd(finite(x), full_matrices=full_matrices)
    paired = s.shape[-1]
    phases = pivot_phases(u)
    back = np.conj(phases[..., :paired]).swapaxes(-1, -2)
    rest = vh[..., paired:, :]
    return u * phases, s, np.concatenate((vh[..., :paired, :] * back, rest), axis=-2)


def svd(x: Operand, *, full_matrices: bool = True) -> SVD:
    """Find the singular values and the singular vectors of matrices.

    Shapes
    ------
    x   (..., M, N)
    U   (..., M, M), or (..., M, K) without full matrices, with K = min(M, N)
    S   (..., K), real, in descending order
    Vh  (..., N, N), or (..., K, N)

    Parameters
    ----------
    full_matrices : bool
        Complete the vectors to bases. Such bases have no derivative unless M = N.

    Raises
    ------
    DtypeError, ShapeError
        If the elements are no floating-point or complex numbers, or no matrices.
    RangeError
        If an element is not finite, or LAPACK finds none.
    GradientError
        If the derivative of a completed basis is asked for.

    Notes
    -----
    The largest element of every column of U is real and positive. Where M and N
    differ, the derivative of the vectors is infinite if a singular value is zero.
    """
    (x,) = as_tensors("svd", (x,))
    check_matrices(x, who="svd")
    is_square = x.shape[-1] == x.shape[-2]
    return SVD(*results(_svd(x, full_matrices=full_matrices and not is_square)))


def _svdvals_vjp(g, out, x):
    u, _, vh = svd(x, full_matrices=False)
    return ((u * expand_dims(g, axis=-2)) @ vh,)


def _svdvals_jvp(tangents, out, x):
    u, _, vh = svd(x, full_matrices=False)
    return real(vecdot(u, tangents[0] @ adjoint(vh), axis=-2))


def _svdvals_shape(x: Any) -> Shape:
    check_matrices(x, who="svdvals")
    return (*x.shape[:-2], min(x.shape[-2:]))


@general(
    vjp=_svdvals_vjp,
    jvp=_svdvals_jvp,
    shape=_svdvals_shape,
    dtype=lambda x: real_type(x.dtype),
    kinds=INEXACT,
    domain=lambda draw: [
        ((well_conditioned(draw(*shape)),), {}) for shape in ((3, 3), (2, 1, 2, 3))
    ],
)
@lapack("has no singular values; are all elements finite?")
def svdvals(x):
    """Find the singular values of matrices, in descending order; see `svd`.

    A primitive for speed, 10 ms instead of 23 ms for 256 rows and columns, and for the
    derivative of symmetric functions of equal singular values, as `eigvalsh` is.
    """
    return np.linalg.svdvals(finite(x))
