"""Parameters of distributions: their shape, their dtype, what is known of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtype import FLOATS, Dtype, as_dtype, check_kind
from .errors import ShapeError
from .operands import Operand
from .ops.creation import checked_sizes
from .ops.elementwise import astype
from .shape import Shape, broadcast_shapes
from .tensor import Tensor, value


def floating(who: str, dtype: Any) -> Dtype:
    """A floating-point dtype, or a `DtypeError`."""
    wanted = as_dtype(dtype)
    check_kind(wanted, FLOATS, who=who)
    return wanted


def common_shape(who: str, shape: Shape | int | None, *parameters: Operand) -> Shape:
    """The shape asked for, or without one that of the parameters.

    Raises
    ------
    ShapeError
        If a size is negative, or a parameter does not broadcast to the shape.
    """
    sizes = checked_sizes(() if shape is None else shape, who=who)
    try:
        common = broadcast_shapes(sizes, *map(np.shape, parameters))
    except ShapeError as error:
        raise ShapeError(f"{who}: {error}") from None
    if shape is not None and common != sizes:
        raise ShapeError(f"{who}: the parameters need shape {common}, {sizes} came")
    return common


def known_elements(parameter: Operand, otherwise: float) -> Any:
    """The elements of a parameter, or a number in their place if they are not known."""
    if not isinstance(parameter, Tensor):
        return parameter
    if parameter.data is None:
        return otherwise
    return parameter.device.get(value(parameter, "random"))


def joining(parameter: Operand, dtype: Dtype) -> Operand:
    """A parameter in the dtype of what is drawn, which Python's numbers take anyway."""
    is_weak = type(parameter) in (int, float)  # NumPy's floats are floats, but not weak
    return parameter if is_weak else astype(parameter, dtype)
