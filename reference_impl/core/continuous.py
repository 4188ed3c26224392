"""Random numbers on the real line, made of random bits by ops.

They move with the parameters of their distribution, so they have derivatives by them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .dtype import Dtype, float32, wide_type
from .errors import RangeError
from .keys import Key, use
from .operands import Operand
from .ops.elementwise import astype, cos, log, sin, sqrt
from .ops.joining import concat
from .ops.reshaping import reshape
from .ops.slicing import along
from .parameters import drawn_shape, floating, joining, known_elements
from .shape import Shape
from .tensor import Tensor
from .unit_interval import open_unit, unit

__all__ = ["normal", "uniform"]


def uniform(
    key: Key,
    shape: Shape | int | None = None,
    *,
    low: Operand = 0.0,
    high: Operand = 1.0,
    dtype: Any = float32,
) -> Tensor:
    """Numbers that are equally likely everywhere from `low` to `high`.

    Parameters
    ----------
    shape : tuple of int
        By default that of the bounds, which must broadcast to it.

    Raises
    ------
    RangeError
        If the bounds are known, and in the dtype `low` is not below `high`, or the
        distance between them is not finite.
    DtypeError, ShapeError
        If the dtype is not floating-point, the bounds are no real numbers, or they do
        not fit the shape.

    Notes
    -----
    From 0 to 1 they are the multiples of 2**-11 in float16, of 2**-8 in bfloat16, of
    2**-24 in float32 and of 2**-53 in float64; 0 is among them and 1 is not. Between
    other bounds, rounding can reach `high`.
    """
    wanted = floating("uniform", dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # an error says it better
        first, last = (joining("uniform", bound, wanted) for bound in (low, high))
        sizes = drawn_shape("uniform", shape, first, last)
        width = joining("uniform", last - first, wanted)
        known = known_elements("uniform", width, 1.0)
        is_right = np.all((known > 0) & (known < math.inf))
    if not is_right:
        raise RangeError(
            f"uniform: low must be below high, and high - low finite in {wanted}; "
            f"{low} and {high} came"
        )
    with use(key, "uniform") as words:
        return first + width * unit(words, sizes, wanted)


def normal(
    key: Key,
    shape: Shape | int | None = None,
    *,
    mean: Operand = 0.0,
    std: Operand = 1.0,
    dtype: Any = float32,
) -> Tensor:
    """Numbers that follow the normal distribution.

    Parameters
    ----------
    mean, std : number or tensor
        Its centre and its standard deviation.
    shape : tuple of int
        By default that of the parameters, which must broadcast to it.

    Raises
    ------
    RangeError
        If the standard deviation is known and negative.
    DtypeError, ShapeError
        If the dtype is not floating-point, the parameters are no real numbers, or they
        do not fit the shape.

    Notes
    -----
    Source: Box and Muller 1958, "A note on the generation of random normal deviates":
    a point of the plane at a random angle, whose distance from the centre makes both
    coordinates normal. In float32 no number lies further out than 6.8, in float64 than
    9.5 standard deviations; 16-bit floats are rounded from float32.
    """
    wanted = floating("normal", dtype)
    centre, deviation = (joining("normal", each, wanted) for each in (mean, std))
    sizes = drawn_shape("normal", shape, centre, deviation)
    if not np.all(known_elements("normal", deviation, 0.0) >= 0):
        raise RangeError(f"normal: std must not be negative, {std} came")
    with use(key, "normal") as words:
        out = astype(_standard_normal(words, sizes, wide_type(wanted)), wanted)
        return centre + deviation * out


def _standard_normal(words: Tensor, shape: Shape, dtype: Dtype) -> Tensor:
    """Normal numbers around 0 with the standard deviation 1, two from a point."""
    count = math.prod(shape)
    fractions = open_unit(words, ((count + 1) // 2, 2), dtype)
    angle = along(fractions, 1, 1, 2) * (2 * math.pi)
    distance = sqrt(-2.0 * log(along(fractions, 1, 0, 1)))
    points = distance * concat([cos(angle), sin(angle)], axis=1)
    return reshape(along(reshape(points, (-1,)), 0, 0, count), shape)
