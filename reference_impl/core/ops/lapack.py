"""What the functions of matrices share: how LAPACK is called, and what it is given.

LAPACK knows no 16-bit floats: these are computed in float32 and rounded once. A failure
is reported with the first matrix of the batch that fails.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtype import HALVES, wide_type
from ..errors import RangeError, ShapeError
from ..shape import Shape
from ..tensor import Tensor, known
from .complex_numbers import conj
from .movement import matrix_transpose

Compute = Callable[..., Any]


def lapack(complaint: str) -> Callable[[Compute], Compute]:
    """Prepare a function of arrays for LAPACK; `complaint` says why it can fail."""

    def prepare(compute: Compute) -> Compute:
        who = compute.__name__.removeprefix("_")

        @functools.wraps(compute)
        def prepared(*arrays: np.ndarray, **attrs: Any) -> Any:
            dtype = arrays[0].dtype
            wide = tuple(x.astype(wide_type(dtype), copy=False) for x in arrays)
            try:
                out = compute(*wide, **attrs)
            except np.linalg.LinAlgError:
                failing = _first_failing(compute, wide, attrs)
                raise RangeError(f"{who}: {failing} {complaint}") from None
            if dtype not in HALVES:
                return out
            if isinstance(out, tuple):
                return tuple(part.astype(dtype) for part in out)
            return out.astype(dtype)

        return prepared

    return prepare


def _first_failing(
    compute: Compute, arrays: tuple[np.ndarray, ...], attrs: dict[str, Any]
) -> str:
    for index in np.ndindex(arrays[0].shape[:-2]):
        try:
            compute(*(x[index] for x in arrays), **attrs)
        except np.linalg.LinAlgError:
            return f"matrix x[{', '.join(map(str, index))}]" if index else "the matrix"
    return "the batch"


def check_matrices(x: Any, *, who: str) -> None:
    """Raise a `ShapeError` unless there are at least two axes."""
    if x.ndim < 2:
        raise ShapeError(f"{who}: matrices are needed, the shape is {x.shape}")


def check_square(x: Any, *, who: str) -> None:
    """Raise a `ShapeError` unless the last two axes have equal sizes."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{who}: square matrices are needed, the shape is {x.shape}")


def batch_shape(x: Any, *, who: str) -> Shape:
    """The shape of a result with one number for each square matrix."""
    check_square(x, who=who)
    return x.shape[:-2]


def adjoint(x: Tensor) -> Tensor:
    """The conjugate transpose of every matrix."""
    return conj(matrix_transpose(x))


def hermitian_part(x: Tensor) -> Tensor:
    """The mean of every matrix and its conjugate transpose."""
    return (x + adjoint(x)) / 2


def symmetrised(x: np.ndarray) -> np.ndarray:
    """The Hermitian part of arrays; not square ones would broadcast."""
    check_square(x, who="hermitian part")
    return (x + np.conj(x.swapaxes(-1, -2))) / 2


def constant_like(x: Tensor, array: np.ndarray) -> Tensor:
    """A constant that is known beforehand, in the dtype and on the device of `x`."""
    return known(x.device.put(array.astype(x.dtype)), x.device)


def _spectra(s: np.ndarray) -> np.ndarray:
    """1, 2, 3, ... for the first matrix, and for each further one 0.25 more."""
    matrices = np.arange(s[..., 0].size).reshape(*s.shape[:-1], 1)
    return 1 + np.arange(s.shape[-1]) + 0.25 * matrices


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
