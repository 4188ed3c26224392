"""Which frequency the elements of a Fourier transform belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtype import float32
from ..elements import tensor
from ..errors import RangeError
from ..number import integer, real_number
from ..operands import Operand, as_tensors
from ..shape import normalise_axes
from ..tensor import Tensor
from .creation import Place, chosen_dtype, made
from .joining import roll

__all__ = ["fftfreq", "fftshift", "ifftshift", "rfftfreq"]

Axes = int | Sequence[int] | None


def fftfreq(
    n: int, *, d: float = 1.0, dtype: Any = None, device: Place = None
) -> Tensor:
    """The frequencies of the elements of `fft`, in cycles per unit of time.

    Parameters
    ----------
    n : int
        The number of elements.
    d : float
        The time between two elements.
    dtype : dtype or str, optional
        float32 by default.

    Raises
    ------
    RangeError
        If `n` is less than 1.
    DtypeError
        If `n` is no integer, or `d` no real number.
    """
    return _frequencies("fftfreq", np.fft.fftfreq, n, d, dtype, device)


def rfftfreq(
    n: int, *, d: float = 1.0, dtype: Any = None, device: Place = None
) -> Tensor:
    """The frequencies of the elements of `rfft`; see `fftfreq`."""
    return _frequencies("rfftfreq", np.fft.rfftfreq, n, d, dtype, device)


def _frequencies(
    who: str, rule: Any, n: int, d: float, dtype: Any, device: Place
) -> Tensor:
    count, distance = integer(f"{who}: n", n), real_number(f"{who}: d", d)
    if count < 1:
        raise RangeError(f"{who}: at least one element is needed, n is {n}")
    array = made(who, rule, count, float(distance))
    return tensor(array, dtype=chosen_dtype(dtype, float32), device=device)


def fftshift(x: Operand, *, axes: Axes = None) -> Tensor:
    """Move the frequency zero from the beginning of axes to their middle.

    Raises
    ------
    ShapeError
        If an axis is out of range; by default all are moved.
    """
    return _shifted("fftshift", x, axes, 1)


def ifftshift(x: Operand, *, axes: Axes = None) -> Tensor:
    """Undo `fftshift`."""
    return _shifted("ifftshift", x, axes, -1)


def _shifted(who: str, x: Operand, axes: Axes, direction: int) -> Tensor:
    (x,) = as_tensors(who, (x,))
    moved = normalise_axes(axes, x.ndim, who=who)
    return roll(x, [direction * (x.shape[axis] // 2) for axis in moved], axis=moved)
