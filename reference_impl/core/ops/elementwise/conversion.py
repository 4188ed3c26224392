"""The same elements in another dtype, or in the eyes of a derivative other ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...dtype import ANY, COMPLEX, Dtype, as_dtype, bool_, complex128
from ...errors import DtypeError
from ...kinds import constant, first_dtype, linear
from ...op import public
from ...operands import Operand, as_tensors
from ...tensor import FUNCTIONS, Tensor

__all__ = ["astype", "stop_gradient"]


@linear(
    transpose=lambda g, x: g,
    shape=lambda x: x.shape,
    domain=lambda draw: [((draw(3, 4),), {})],
)
def identity(x):
    """Pass every element on."""
    return x


@constant(
    shape=lambda x: x.shape,
    dtype=first_dtype,
    kinds=ANY,
    # Finite differences would find the slope that this op denies.
    domain=lambda draw: [((np.arange(12).reshape(3, 4),), {})],
)
def stop_gradient(x):
    """Pass every element on, as a constant: no derivative flows through."""
    return x


@linear(
    transpose=lambda g, x, dtype: _cast_back(g, x.dtype),
    shape=lambda x, dtype: x.shape,
    dtype=lambda x, dtype: dtype,
    domain=lambda draw: [((draw(3, 4),), {"dtype": complex128})],
)
def _astype(x, *, dtype):
    """Convert every element to another dtype."""
    return x.astype(dtype)


def _cast_back(g: Tensor, dtype: Dtype) -> Tensor:
    if g.dtype in COMPLEX and dtype not in COMPLEX:
        g = FUNCTIONS["real"](g)
    return astype(g, dtype)


@public
def astype(x: Operand, dtype: Dtype | str) -> Tensor:
    """Convert every element to another dtype; a tensor that has it comes back itself.

    Raises
    ------
    DtypeError
        If there is no such dtype, or complex numbers would lose their imaginary part.
    """
    (x,) = as_tensors("astype", (x,))
    wanted = as_dtype(dtype)
    if x.dtype == wanted:
        return x
    if x.dtype in COMPLEX and wanted not in COMPLEX and wanted is not bool_:
        raise DtypeError(
            f"astype: {wanted} cannot hold {x.dtype}; take `real` or `abs` first"
        )
    return _astype(x, dtype=wanted)


def converted(x: Tensor, dtype: Any) -> Tensor:
    """The elements in the dtype that is asked for, or `x` itself if none is."""
    return x if dtype is None else astype(x, dtype)
