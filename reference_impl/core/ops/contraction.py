"""Products that sum over an axis which both factors share."""

from __future__ import annotations

from ..dtype import wide_type
from ..errors import ShapeError
from ..op import bilinear
from ..shape import Shape
from ..tensor import Tensor
from .complex_numbers import conj
from .movement import matrix_transpose

__all__ = ["matmul"]


def _product_shape(x: Tensor, y: Tensor) -> Shape:
    if x.ndim < 2 or y.ndim < 2:
        raise ShapeError(
            f"matmul: matrices are needed, x is {x.shape} and y is {y.shape}; "
            f"give a vector an axis of size 1 with `reshape`"
        )
    if x.shape[-1] != y.shape[-2]:
        raise ShapeError(
            f"matmul: inner sizes differ: x is {x.shape}, y is {y.shape}; "
            f"{x.shape[-1]} must equal {y.shape[-2]}"
        )
    if x.shape[:-2] != y.shape[:-2]:
        raise ShapeError(
            f"matmul: batches differ: x is {x.shape}, y is {y.shape}; "
            f"{x.shape[:-2]} must equal {y.shape[:-2]}"
        )
    return (*x.shape[:-1], y.shape[-1])


@bilinear(
    left=lambda g, x, y: g @ matrix_transpose(conj(y)),
    right=lambda g, x, y: matrix_transpose(conj(x)) @ g,
    shape=_product_shape,
    domain=lambda draw: [
        ((draw(3, 4), draw(4, 2)), {}),
        ((draw(2, 3, 4), draw(2, 4, 5)), {}),
    ],
)
def matmul(x, y):
    """Multiply two matrices, or every pair of two equal batches of matrices.

    Shapes
    ------
    x       (..., N, K)
    y       (..., K, M)
    result  (..., N, M)

    Raises
    ------
    ShapeError
        If the inner sizes or the batches differ.
    """
    is_plain = x.ndim == y.ndim == 2
    if is_plain or (x.ndim == y.ndim > 2 and x.shape[:-2] == y.shape[:-2]):
        wide = wide_type(x.dtype)
        if wide is not x.dtype:
            return (x.astype(wide) @ y.astype(wide)).astype(x.dtype)
        return x @ y
    # NumPy would take vectors, and stretch batches.
    raise ValueError("matmul: matrices in equal batches are needed")
