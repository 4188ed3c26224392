"""Parameters of distributions: their shape, their dtype, what is known of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtype import FLOATS, ORDERED, Dtype, as_dtype, check_kind
from .errors import DtypeError, ShapeError
from .operands import Operand, as_tensors
from .ops.elementwise import astype
from .shape import Shape, broadcast_shapes, checked_sizes, possible
from .tensor import Tensor, value

WORD_BYTES = 8  # of the largest random word that a number is made of


def floating(who: str, dtype: Any) -> Dtype:
    """A floating-point dtype, or a `DtypeError`."""
    wanted = as_dtype(dtype)
    check_kind(wanted, FLOATS, who=who)
    return wanted


def drawn_shape(who: str, shape: Shape | int | None, *parameters: Operand) -> Shape:
    """The shape asked for, or without one that of the parameters.

    Raises
    ------
    ShapeError
        If a size is negative, or a parameter does not broadcast to the shape.
    OutOfMemoryError
        If no array has this shape.
    """
    sizes = checked_sizes(() if shape is None else shape, who=who)
    try:
        common = broadcast_shapes(sizes, *map(np.shape, parameters))
    except ShapeError as error:
        raise ShapeError(f"{who}: {error}") from None
    if shape is not None and common != sizes:
        raise ShapeError(f"{who}: the parameters need shape {common}, {sizes} came")
    return possible(common, WORD_BYTES, who=who)


def known_elements(who: str, parameter: Operand, otherwise: float) -> Any:
    """The elements of a parameter, or a number in their place if they are not known."""
    if not isinstance(parameter, Tensor):
        return parameter
    if parameter.data is None:
        return otherwise
    return parameter.device.get(value(parameter, who))


def joining(who: str, parameter: Operand, dtype: Dtype) -> Tensor | float:
    """A parameter in the dtype of what is drawn.

    A Python number is rounded and stays one, which may join a tensor on any device.

    Raises
    ------
    DtypeError, ShapeError
        If it is not made of real numbers, or ragged; `who` opens the message.
    """
    if type(parameter) not in (int, float):  # NumPy's floats are floats, but not weak
        (x,) = as_tensors(who, (parameter,))
        check_kind(x.dtype, ORDERED, who=who)
        return astype(x, dtype)
    try:
        return float(np.array(float(parameter), dtype))
    except OverflowError:
        bits = int(parameter).bit_length()
        raise DtypeError(
            f"{who}: an integer of {bits} bits does not fit into {dtype}"
        ) from None
