"""Tensors made from a shape or from labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..device import device as find_device
from ..dtype import INTEGERS, as_dtype, float32
from ..errors import DtypeError, RangeError
from ..op import constant, public
from ..operands import Operand, as_tensors
from ..shape import Shape, normalise_shape
from ..tensor import Tensor, known, tensor

__all__ = ["full", "one_hot", "ones", "ones_like", "zeros", "zeros_like"]


def full(
    shape: Shape | int, fill_value: Any, *, dtype: Any = None, device: str = "cpu"
) -> Tensor:
    """A tensor whose elements are all equal.

    Raises
    ------
    DtypeError
        If there is no such dtype.
    ShapeError
        If a size is negative.
    """
    wanted = tensor(fill_value).dtype if dtype is None else as_dtype(dtype)
    shape = normalise_shape(shape, who="full")
    given = tensor(fill_value)
    if given.shape or (given.dtype.kind == "f" and wanted.kind in "biu"):
        raise DtypeError(
            f"full: one number that {wanted} can hold is needed, {fill_value!r} came"
        )
    place = find_device(device)
    array = place.empty(shape, wanted)
    array[...] = given.data
    return known(array, place)


def zeros(shape: Shape | int, *, dtype: Any = float32, device: str = "cpu") -> Tensor:
    """A tensor of zeros."""
    return full(shape, 0, dtype=dtype, device=device)


def ones(shape: Shape | int, *, dtype: Any = float32, device: str = "cpu") -> Tensor:
    """A tensor of ones."""
    return full(shape, 1, dtype=dtype, device=device)


def uniform_constant(x: Tensor, fill_value: int) -> Tensor:
    """A tensor like `x` with equal elements, which occupies the bytes of one."""
    one = np.asarray(fill_value, x.dtype)
    return known(np.broadcast_to(one, x.shape), x.device)


@public
def zeros_like(x: Tensor) -> Tensor:
    """Zeros in the shape and dtype of `x`."""
    return uniform_constant(x, 0)


@public
def ones_like(x: Tensor) -> Tensor:
    """Ones in the shape and dtype of `x`."""
    return uniform_constant(x, 1)


@constant(
    shape=lambda labels, classes, dtype: (*labels.shape, classes),
    dtype=lambda labels, classes, dtype: dtype,
    kinds=INTEGERS,
    domain=lambda draw: [
        ((np.array([2, 0, 1, 2]),), {"classes": 3, "dtype": np.dtype(np.float64)})
    ],
)
def _one_hot(labels, *, classes, dtype):
    """Turn every label into a row of zeros with a single one."""
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise RangeError(
            f"one_hot: labels must lie in [0, {classes}), "
            f"they reach from {labels.min()} to {labels.max()}"
        )
    return (labels[..., None] == np.arange(classes)).astype(dtype)


@public
def one_hot(labels: Operand, classes: int, *, dtype: Any = float32) -> Tensor:
    """Turn every label into a row of zeros with a single one.

    Shapes
    ------
    labels  (...), integers in [0, classes)
    result  (..., classes)

    Raises
    ------
    DtypeError
        If the labels are not integers.
    RangeError
        If a label is out of range.
    """
    (labels,) = as_tensors("one_hot", (labels,))
    (classes,) = normalise_shape(classes, who="one_hot: classes")
    return _one_hot(labels, classes=classes, dtype=as_dtype(dtype))
