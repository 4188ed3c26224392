"""Matrices on which the laws test: random ones, changed to be far from singular.

Their singular values, or eigenvalues, lie apart, so that finite differences confirm
the derivatives of vectors too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtype import wide_type
from ..op import Rule
from .lapack import symmetrised


def invertible_matrices(draw: Rule) -> list[Any]:
    """The domain of ops that take a square matrix which is not singular."""
    return [
        ((well_conditioned(draw(3, 3)),), {}),
        ((well_conditioned(draw(2, 1, 2, 2)),), {}),
    ]


def positive_definite_matrices(draw: Rule) -> list[Any]:
    """The domain of ops that take the Hermitian part of a matrix."""
    return [
        ((positive_definite(draw(3, 3)),), {}),
        ((positive_definite(draw(2, 1, 2, 2)),), {}),
    ]


def well_conditioned(x: np.ndarray) -> np.ndarray:
    """Random matrices, changed to have the singular values of `_spectra`."""
    u, s, vh = np.linalg.svd(x.astype(wide_type(x.dtype)), full_matrices=False)
    return (u * _spectra(s)[..., None, :] @ vh).astype(x.dtype)


def positive_definite(x: np.ndarray) -> np.ndarray:
    """Random matrices whose Hermitian parts have the eigenvalues of `_spectra`.

    What is left of the random matrix is its anti-Hermitian part.
    """
    wide = x.astype(wide_type(x.dtype))
    u, s, _ = np.linalg.svd(wide)
    hermitian = u * _spectra(s)[..., None, :] @ np.conj(u.swapaxes(-1, -2))
    return (hermitian + wide - symmetrised(wide)).astype(x.dtype)


def _spectra(s: np.ndarray) -> np.ndarray:
    """1, 2, 3, ... for the first matrix, and for each further one 0.25 more."""
    matrices = np.arange(s[..., 0].size).reshape(*s.shape[:-1], 1)
    return 1 + np.arange(s.shape[-1]) + 0.25 * matrices
