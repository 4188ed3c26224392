"""The largest and the smallest elements along axes, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtype import ORDERED, int64, wide_type
from ..errors import ShapeError
from ..kinds import constant, general
from ..op import Op, Rule, public
from ..operands import Operand, as_tensors
from ..shape import Axis, Shape, axis_number
from ..tensor import Tensor
from .elementwise import astype, equal
from .reduction import _sum, kept, prepared, reduced_shape, reductions
from .reshaping import _reshape

__all__ = ["argmax", "argmin", "max", "min"]


def check_nonempty(x: Any, axes: Shape, *, who: str) -> None:
    """Raise a `ShapeError` unless there are elements along some axes."""
    for axis in axes:
        if x.shape[axis] == 0:
            raise ShapeError(
                f"{who}: at least one element along axis {axis} is needed, "
                f"the shape is {x.shape}"
            )


def _nonempty(who: str) -> Rule:
    """The shape rule of a reduction that has no answer for no elements."""

    def shape(x: Any, axes: Shape, keepdims: bool) -> Shape:
        check_nonempty(x, axes, who=who)
        return reduced_shape(x, axes, keepdims)

    return shape


def _share(out: Tensor, x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    """What each element contributes to the extreme: equal parts where several tie."""
    # float16 holds no count above 65,504.
    ties = astype(equal(x, kept(out, x, axes, keepdims)), wide_type(x.dtype))
    return ties / _sum(ties, axes=axes, keepdims=True)


def _extreme_vjp(g, out, x, axes, keepdims):
    share = _share(out, x, axes, keepdims)
    return (astype(kept(g, x, axes, keepdims) * share, x.dtype),)


def _extreme_jvp(tangents, out, x, axes, keepdims):
    share = _share(out, x, axes, keepdims)
    total = _sum(tangents[0] * share, axes=axes, keepdims=keepdims)
    return astype(total, x.dtype)


def _extreme(who: str) -> Any:
    return general(
        vjp=_extreme_vjp,
        jvp=_extreme_jvp,
        shape=_nonempty(who),
        kinds=ORDERED,
        domain=reductions,
    )


@_extreme("max")
def _max(x, *, axes, keepdims):
    """Take the largest element along some axes."""
    return np.maximum.reduce(x, axes, keepdims=keepdims)


@_extreme("min")
def _min(x, *, axes, keepdims):
    """Take the smallest element along some axes."""
    return np.minimum.reduce(x, axes, keepdims=keepdims)


@public
def max(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Take the largest element along some axes, all of them by default.

    Where an element is not a number, neither is the result, nor its derivative.

    Raises
    ------
    DtypeError
        If the elements are complex.
    ShapeError
        If an axis is out of range, or there are no elements along it.

    Notes
    -----
    Where several elements are the largest, they share the derivative evenly, as they
    do in JAX and in PyTorch's `amax`.
    """
    x, axes = prepared("max", x, axis)
    return _max(x, axes=axes, keepdims=keepdims)


@public
def min(x: Operand, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Take the smallest element along some axes, all of them by default; see `max`."""
    x, axes = prepared("min", x, axis)
    return _min(x, axes=axes, keepdims=keepdims)


def _position(who: str) -> Any:
    return constant(
        shape=lambda x, axis, keepdims: _nonempty(who)(x, (axis,), keepdims),
        dtype=lambda x, axis, keepdims: int64,
        kinds=ORDERED,
        domain=lambda draw: [
            ((draw(3, 4),), {"axis": 1, "keepdims": False}),
            ((draw(2, 3, 4),), {"axis": 0, "keepdims": True}),
        ],
    )


@_position("argmax")
def _argmax(x, *, axis, keepdims):
    """Find where along an axis the largest element is."""
    return np.argmax(x, axis, keepdims=keepdims)


@_position("argmin")
def _argmin(x, *, axis, keepdims):
    """Find where along an axis the smallest element is."""
    return np.argmin(x, axis, keepdims=keepdims)


def _found(op: Op, x: Operand, axis: int | None, keepdims: bool) -> Tensor:
    (x,) = as_tensors(op.name, (x,))
    if axis is None:
        out = op(_reshape(x, shape=(x.size,)), axis=0, keepdims=False)
        return _reshape(out, shape=(1,) * x.ndim) if keepdims else out
    axis = axis_number(axis, x.ndim, who=op.name)
    return op(x, axis=axis, keepdims=keepdims)


@public
def argmax(x: Operand, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Find where along an axis the largest element is: the first, if several are.

    Parameters
    ----------
    axis : int, optional
        Without it, positions count through all elements in row-major order.

    Raises
    ------
    DtypeError
        If the elements are complex.
    ShapeError
        If the axis is out of range, or there are no elements along it.

    Notes
    -----
    An element that is not a number is found first, by `argmin` too.
    """
    return _found(_argmax, x, axis, keepdims)


@public
def argmin(x: Operand, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Find where along an axis the smallest element is; see `argmax`."""
    return _found(_argmin, x, axis, keepdims)
