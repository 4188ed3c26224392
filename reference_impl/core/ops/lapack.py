"""What the functions of matrices share: how LAPACK is called, and what is refused.

LAPACK knows no 16-bit floats: these are computed in float32 and rounded once. A failure
is reported with the first matrix of the batch that fails.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtype import HALVES, wide_type
from ..errors import GradientError, RangeError, ShapeError
from ..shape import Shape
from ..tensor import Tensor, known
from .complex_numbers import adjoint

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


def finite(x: np.ndarray) -> np.ndarray:
    """The same array, or LAPACK's error if an element is not finite.

    Where it iterates, LAPACK may return numbers without a meaning, or never return.
    """
    if not np.isfinite(x).all():
        raise np.linalg.LinAlgError
    return x


def check_matrices(x: Any, *, who: str) -> None:
    """Raise a `ShapeError` unless there are at least two axes."""
    if x.ndim < 2:
        raise ShapeError(f"{who}: matrices are needed, the shape is {x.shape}")


def check_square(x: Any, *, who: str) -> None:
    """Raise a `ShapeError` unless the last two axes have equal sizes."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{who}: square matrices are needed, the shape is {x.shape}")


def square_shape(x: Any, *, who: str) -> Shape:
    """The shape of a result like `x`, whose matrices must be square."""
    check_square(x, who=who)
    return x.shape


def check_reduced(is_complete: bool, *, who: str, vectors: str, advice: str) -> None:
    """Raise a `GradientError` where a basis was completed; rules of derivatives ask."""
    if is_complete:
        raise GradientError(
            f"{who}: the {vectors} that complete a basis are not determined by the "
            f"matrix and have no derivative; ask for {advice}"
        )


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
