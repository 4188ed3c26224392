"""Which of the equally good eigenvectors or singular vectors are taken.

A vector stays an eigenvector when it is multiplied by a number of size 1. We choose
that number: the largest element of every vector, its pivot, is real and positive. So
the vectors are functions of the matrix, and have a derivative that finite differences
confirm; where two elements are largest together they jump. The literature leaves the
phase to the caller; the choice adds a turn to its rules.
"""

from __future__ import annotations

import numpy as np

from ..dtype import COMPLEXES
from ..kinds import constant, first_dtype
from ..tensor import Tensor
from .complex_numbers import imag, real
from .contraction import vecdot
from .lapack import constant_like
from .reduction import sum
from .reshaping import expand_dims


def _pivot_rows(v: np.ndarray) -> np.ndarray:
    """Where the largest element of every column is."""
    if not v.size:  # nothing has no largest element
        return np.zeros((*v.shape[:-2], 1, v.shape[-1]), np.intp)
    return np.abs(v).argmax(-2, keepdims=True)


def pivot_phases(v: np.ndarray) -> np.ndarray:
    """What makes the pivot of every column real and positive."""
    pivots = np.take_along_axis(v, _pivot_rows(v), -2)
    return np.conj(pivots) / np.abs(pivots)


@constant(
    shape=lambda v: v.shape,
    dtype=first_dtype,
    kinds=COMPLEXES,
    domain=lambda draw: [((draw(3, 4),), {})],
)
def _pivots(v):
    """Mark the largest element of every column by 1 and the others by 0."""
    return (np.arange(v.shape[-2])[:, None] == _pivot_rows(v)).astype(v.dtype)


def turn(t: Tensor, v: Tensor) -> Tensor:
    """The imaginary multiple of each vector by which it turns, given its motion.

    Taken off the motion, it leaves the pivots on the real axis.
    """
    pivots = _pivots(v)
    off_axis = imag(sum(pivots * t, axis=-2, keepdims=True))
    return off_axis / real(sum(pivots * v, axis=-2, keepdims=True)) * 1j


def turn_cotangent(g: Tensor, v: Tensor) -> Tensor:
    """The cotangent of a turn, given that of the motion that it was taken off."""
    return -expand_dims(imag(vecdot(v, g, axis=-2)), axis=-2)


def motion_cotangent(of_turn: Tensor, v: Tensor) -> Tensor:
    """The cotangent of a motion, given that of its turn."""
    pivots = _pivots(v)
    return pivots * (of_turn / real(sum(pivots * v, axis=-2, keepdims=True)) * 1j)


def inverse_gaps(x: Tensor) -> Tensor:
    """One over x[j] - x[i] in row i and column j, and zeros on the diagonal."""
    eye = constant_like(x, np.eye(x.shape[-1]))
    gaps = expand_dims(x, axis=-2) - expand_dims(x, axis=-1)
    return (1 - eye) / (gaps + eye)
