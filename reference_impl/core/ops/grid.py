"""Tensors that say where an element stands: ranges, coordinates, diagonals, triangles.

Numbers are computed in double precision and rounded once to the dtype that is wanted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..device import as_device
from ..dtype import COMPLEX, DEFAULT, NUMBERS, REALS, Dtype, check_kind
from ..errors import DtypeError, RangeError, ShapeError
from ..number import integer, real_number
from ..op import public
from ..operands import Operand, as_tensors
from ..shape import checked_sizes
from ..tensor import Tensor, known
from .creation import Place, chosen_dtype, made, zeros_like
from .elementwise import where
from .reshaping import broadcast_to, reshape

__all__ = ["arange", "eye", "linspace", "meshgrid", "tril", "triu"]


def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Place = None,
) -> Tensor:
    """The numbers `start`, `start + step`, ... that lie before `stop`.

    Parameters
    ----------
    start, stop : number
        With one number, the range begins at 0 and ends before it.
    dtype : dtype or str, optional
        By default int64 for integers and float32 otherwise.

    Raises
    ------
    RangeError
        If `step` is zero or the range is infinite.
    DtypeError
        If they are no real numbers, or the dtype cannot hold such.
    """
    ends = (0, start) if stop is None else (start, stop)
    first, last = (real_number("arange: a bound", end) for end in ends)
    step = real_number("arange: step", step)
    is_whole = all(isinstance(x, int) for x in (first, last, step))
    wanted = chosen_dtype(dtype, DEFAULT[int if is_whole else float])
    check_kind(wanted, REALS, who="arange")
    if step == 0 or not all(math.isfinite(x) for x in (first, last, step)):
        raise RangeError(
            f"arange: finite numbers and a step that is not 0 are needed, "
            f"({first}, {last}, {step}) came"
        )
    # NumPy would take integers beyond int64 for floats.
    exactly = wanted if is_whole and wanted.kind in "iu" else None
    array = made("arange", np.arange, first, last, step, dtype=exactly)
    return _placed(array, wanted, device)


def linspace(
    start: complex,
    stop: complex,
    /,
    num: int,
    *,
    dtype: Any = None,
    device: Place = None,
    endpoint: bool = True,
) -> Tensor:
    """As many numbers as asked for, at equal distances.

    Parameters
    ----------
    start, stop : number
    num : int
    dtype : dtype or str, optional
        float32 by default, complex64 for complex ends.
    endpoint : bool
        Whether the last number is `stop`; otherwise it would be the next one.

    Raises
    ------
    RangeError
        If `num` is negative.
    DtypeError
        If it is no integer, an end is no number, or the dtype cannot hold the ends.
    """
    count = integer("linspace: num", num)
    if count < 0:
        raise RangeError(f"linspace: num must not be negative, {num} came")
    ends = [_complex_or_real("linspace: an end", end) for end in (start, stop)]
    is_complex = any(map(np.iscomplexobj, ends))
    wanted = chosen_dtype(dtype, DEFAULT[complex if is_complex else float])
    check_kind(wanted, NUMBERS, who="linspace")
    if is_complex and wanted.kind != "c":
        raise DtypeError(f"linspace: complex ends need a complex dtype, {wanted} came")
    array = made("linspace", np.linspace, *ends, count, endpoint=endpoint)
    return _placed(array, wanted, device)


def _complex_or_real(who: str, end: Any) -> Any:
    is_complex = isinstance(end, complex) or getattr(end, "dtype", None) in COMPLEX
    return end if is_complex else float(real_number(who, end))


def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    *,
    k: int = 0,
    dtype: Any = None,
    device: Place = None,
) -> Tensor:
    """A matrix of zeros with ones on diagonal number `k`; those above have k > 0.

    The matrix is square unless `n_cols` is given, and float32 unless `dtype` is.

    Raises
    ------
    ShapeError
        If a size is negative.
    """
    rows, columns = checked_sizes(
        (n_rows, n_rows if n_cols is None else n_cols), who="eye"
    )
    wanted, k = chosen_dtype(dtype, DEFAULT[float]), _diagonal("eye", k, rows, columns)
    return _placed(made("eye", np.eye, rows, columns, k, dtype=wanted), wanted, device)


def _diagonal(who: str, k: int, rows: int, columns: int) -> int:
    """The number of a diagonal; of those beyond the corners, the nearest."""
    return max(-rows, min(integer(f"{who}: k", k), columns))


def _placed(array: np.ndarray, dtype: Dtype, device: Place) -> Tensor:
    place = as_device(device)
    return known(place.put(array.astype(dtype, copy=False)), place)


def meshgrid(*arrays: Operand, indexing: str = "xy") -> list[Tensor]:
    """The coordinates of every point of a grid, given those along each axis.

    Shapes
    ------
    arrays  (N,), (M,), (K,), ...
    result  (N, M, K, ...) each for `indexing="ij"`, (M, N, K, ...) for "xy"

    Raises
    ------
    ShapeError
        If an array has more than one axis.
    DtypeError
        If the arrays have several dtypes.
    RangeError
        If there is no such way of indexing.
    """
    if indexing not in ("xy", "ij"):
        raise RangeError(f"meshgrid: indexing must be 'xy' or 'ij', {indexing!r} came")
    lines = as_tensors("meshgrid", arrays)
    if any(x.ndim > 1 for x in lines):
        raise ShapeError(
            f"meshgrid: one axis each is needed, {[x.shape for x in lines]} came"
        )
    if len({x.dtype for x in lines}) > 1:
        raise DtypeError(
            f"meshgrid: one dtype is needed, {[str(x.dtype) for x in lines]} came"
        )
    axes = list(range(len(lines)))
    if indexing == "xy":
        axes[:2] = reversed(axes[:2])
    sizes = tuple(lines[own].size for own in axes)
    return [
        broadcast_to(
            reshape(x, tuple(-1 if a == own else 1 for a in range(len(lines)))), sizes
        )
        for x, own in zip(lines, axes, strict=True)
    ]


@public
def tril(x: Operand, /, *, k: int = 0) -> Tensor:
    """The lower triangle of every matrix: zeros above diagonal number `k`.

    Raises
    ------
    ShapeError
        If there are fewer than two axes.
    """
    (x,) = as_tensors("tril", (x,))
    return where(_is_below(x, k, who="tril"), x, zeros_like(x))


@public
def triu(x: Operand, /, *, k: int = 0) -> Tensor:
    """The upper triangle of every matrix, zeros below diagonal `k`; see `tril`."""
    (x,) = as_tensors("triu", (x,))
    k = integer("triu: k", k)
    return where(_is_below(x, k - 1, who="triu"), zeros_like(x), x)


def _is_below(x: Tensor, k: int, *, who: str) -> Tensor:
    """Which elements of a matrix lie on diagonal `k` or below."""
    if x.ndim < 2:
        raise ShapeError(f"{who}: two axes are needed, the shape is {x.shape}")
    rows, columns = x.shape[-2:]
    k = _diagonal(who, k, rows, columns)
    mask = made(who, np.tri, rows, columns, k, dtype=np.bool_)
    return known(x.device.put(mask), x.device)
