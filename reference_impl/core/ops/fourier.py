"""Discrete Fourier transforms: the namespace `fft`.

The dtypes keep their precision; 16-bit floats, which have no complex type, become
complex64. Source: Array API standard 2024.12, extension "fft".
"""

from __future__ import annotations

from collections.abc import Sequence

from ..dtype import (
    COMPLEX,
    FLOATS,
    INEXACT,
    check_kind,
    complex_type,
)
from ..errors import RangeError, ShapeError
from ..number import integer, integers
from ..operands import Operand, as_tensors
from ..shape import Shape, named_axes
from ..tensor import Tensor
from .complex_numbers import conj
from .dft import OPPOSITE_NORM, _fft, _irfft, _rfft
from .elementwise import astype
from .frequencies import fftfreq, fftshift, ifftshift, rfftfreq
from .permuting import moveaxis
from .slicing import _place, along, whole

__all__ = [
    "fft",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfftn",
    "rfft",
    "rfftfreq",
    "rfftn",
]

Axes = Sequence[int] | None
Sizes = Sequence[int] | None


def _grid(who: str, x: Tensor, s: Sizes, axes: Axes, norm: str) -> tuple[Shape, Shape]:
    """The axes to transform, in their order, and how many elements each shall have."""
    _check_norm(who, norm)
    given = None if s is None else integers(s, who=who, what="sizes")
    if axes is None:
        axes = range(x.ndim) if given is None else range(-len(given), 0)
    places = named_axes(axes, x.ndim, who=who)
    sizes = tuple(x.shape[axis] for axis in places) if given is None else given
    if not places or len(sizes) != len(places):
        raise ShapeError(
            f"{who}: one size for each of at least one axis is needed, axes are "
            f"{places} and sizes {sizes}"
        )
    if min(sizes) < 1:
        raise ShapeError(
            f"{who}: at least one element along each axis is needed, sizes are {sizes}"
        )
    return places, sizes


def _check_norm(who: str, norm: str) -> None:
    if not isinstance(norm, str) or norm not in OPPOSITE_NORM:
        raise RangeError(
            f"{who}: norm must be 'backward', 'ortho' or 'forward', {norm!r} came"
        )


def _resized(x: Tensor, axes: Shape, sizes: Shape) -> Tensor:
    """Cut off the end of axes that are too long, and add zeros to those too short."""
    for axis, size in zip(axes, sizes, strict=True):
        if size < x.shape[axis]:
            x = along(x, axis, 0, size)
        elif size > x.shape[axis]:
            shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
            x = _place(x, slices=tuple(whole(x.shape)), shape=shape)
    return x


def _as_complex(who: str, x: Operand) -> Tensor:
    (x,) = as_tensors(who, (x,))
    check_kind(x.dtype, INEXACT, who=who)
    return x if x.dtype in COMPLEX else astype(x, complex_type(x.dtype))


def _transformed(
    who: str, x: Operand, s: Sizes, axes: Axes, norm: str, *, inverse: bool
) -> Tensor:
    x = _as_complex(who, x)
    places, sizes = _grid(who, x, s, axes, norm)
    return _fft(_resized(x, places, sizes), axes=places, inverse=inverse, norm=norm)


def fft(
    x: Operand, *, n: int | None = None, axis: int = -1, norm: str = "backward"
) -> Tensor:
    """Write a signal as a sum of oscillations: how much there is of each frequency.

    Element k of the result is the sum of x[j] exp(-2 pi i j k / n) over all j.

    Parameters
    ----------
    n : int, optional
        Cut the axis off, or extend it by zeros, to that size first.
    norm : "backward", "ortho" or "forward"
        Divide by nothing, by the root of n, or by n.

    Raises
    ------
    DtypeError
        If the elements are no floating-point or complex numbers.
    ShapeError
        If the axis is out of range, or its size less than 1.
    RangeError
        If there is no such norm.
    """
    return _transformed("fft", x, _one("fft", n), (axis,), norm, inverse=False)


def ifft(
    x: Operand, *, n: int | None = None, axis: int = -1, norm: str = "backward"
) -> Tensor:
    """Undo `fft`: add up oscillations of these strengths.

    The parameters and errors are those of `fft`; `norm` divides by n, by its root, or
    by nothing.
    """
    return _transformed("ifft", x, _one("ifft", n), (axis,), norm, inverse=True)


def fftn(
    x: Operand, *, s: Sizes = None, axes: Axes = None, norm: str = "backward"
) -> Tensor:
    """Transform several axes, all of them by default; see `fft`.

    Parameters
    ----------
    s : sequence of int, optional
        The size to which each axis is brought first. Without `axes`, of the last ones.
    """
    return _transformed("fftn", x, s, axes, norm, inverse=False)


def ifftn(
    x: Operand, *, s: Sizes = None, axes: Axes = None, norm: str = "backward"
) -> Tensor:
    """Undo `fftn`."""
    return _transformed("ifftn", x, s, axes, norm, inverse=True)


def rfft(
    x: Operand, *, n: int | None = None, axis: int = -1, norm: str = "backward"
) -> Tensor:
    """Transform a real signal; the frequencies that mirror others are left out.

    Shapes
    ------
    x       n elements along the axis
    result  n // 2 + 1 elements along the axis

    The parameters and errors are those of `fft`; complex numbers are refused.
    """
    return _of_real("rfft", x, _one("rfft", n), (axis,), norm)


def rfftn(
    x: Operand, *, s: Sizes = None, axes: Axes = None, norm: str = "backward"
) -> Tensor:
    """Transform several axes of real numbers; the last of them becomes a half one.

    The parameters are those of `fftn`; see `rfft`.
    """
    return _of_real("rfftn", x, s, axes, norm)


def _of_real(who: str, x: Operand, s: Sizes, axes: Axes, norm: str) -> Tensor:
    (x,) = as_tensors(who, (x,))
    check_kind(x.dtype, FLOATS, who=who)
    places, sizes = _grid(who, x, s, axes, norm)
    *others, last = places
    lines = moveaxis(_resized(x, places, sizes), last, -1)
    out = moveaxis(_rfft(lines, norm=norm), -1, last)
    return _fft(out, axes=tuple(others), inverse=False, norm=norm) if others else out


def irfft(
    x: Operand, *, n: int | None = None, axis: int = -1, norm: str = "backward"
) -> Tensor:
    """Undo `rfft`: a real signal of which half the frequencies are given.

    Shapes
    ------
    x       n // 2 + 1 elements along the axis
    result  n elements along the axis; by default the even one of the two sizes

    The other parameters and errors are those of `ifft`.
    """
    return _to_real("irfft", x, _one("irfft", n), (axis,), norm)


def irfftn(
    x: Operand, *, s: Sizes = None, axes: Axes = None, norm: str = "backward"
) -> Tensor:
    """Undo `rfftn`; `s` has the sizes of the result."""
    return _to_real("irfftn", x, s, axes, norm)


def _to_real(who: str, x: Operand, s: Sizes, axes: Axes, norm: str) -> Tensor:
    x = _as_complex(who, x)
    places, sizes = _grid(who, x, s, axes, norm)
    *others, last = places
    size = sizes[-1] if s is not None else 2 * (x.shape[last] - 1)
    if size < 1:
        raise ShapeError(
            f"{who}: a result of at least one element is needed, {size} would come of "
            f"{x.shape[last]} frequencies; give its size"
        )
    x = _resized(x, places, (*sizes[:-1], size // 2 + 1))
    if others:
        x = _fft(x, axes=tuple(others), inverse=True, norm=norm)
    lines = moveaxis(x, last, -1)
    return moveaxis(_irfft(lines, size=size, norm=norm), -1, last)


def hfft(
    x: Operand, *, n: int | None = None, axis: int = -1, norm: str = "backward"
) -> Tensor:
    """Transform a signal that mirrors itself in time, so its frequencies are real.

    Shapes
    ------
    x       n // 2 + 1 elements along the axis; the others are their conjugates
    result  n elements along the axis; by default the even one of the two sizes

    The other parameters and errors are those of `fft`.
    """
    (x,) = as_tensors("hfft", (x,))
    _check_norm("hfft", norm)
    sizes, opposite = _one("hfft", n), OPPOSITE_NORM[norm]
    return _to_real("hfft", conj(x), sizes, (axis,), opposite)


def ihfft(
    x: Operand, *, n: int | None = None, axis: int = -1, norm: str = "backward"
) -> Tensor:
    """Undo `hfft`."""
    _check_norm("ihfft", norm)
    sizes, opposite = _one("ihfft", n), OPPOSITE_NORM[norm]
    return conj(_of_real("ihfft", x, sizes, (axis,), opposite))


def _one(who: str, n: int | None) -> Sizes:
    return None if n is None else (integer(f"{who}: n", n),)
