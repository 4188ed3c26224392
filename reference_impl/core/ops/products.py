"""Products along axes: running ones, and those of all elements.

A running product is composed of products of slices, and so are its derivatives. That
of all elements is a primitive whose derivative consists of the products of the other
elements. Nothing is ever divided, so zeros do no harm.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtype import ANY, HALVES, total_type, wide_type
from ..kinds import general
from ..op import public
from ..operands import Operand
from ..shape import Axis, Shape
from ..tensor import Tensor
from .complex_numbers import conj
from .creation import ones, ones_like
from .cumulative import line_axis, with_initial
from .elementwise.conversion import astype, converted
from .joining import concat
from .reduction import _sum, kept, prepared, reduced_shape
from .slicing import along, flip

__all__ = ["cumulative_prod", "prod"]


@public
def cumulative_prod(
    x: Operand,
    *,
    axis: int | None = None,
    dtype: Any = None,
    include_initial: bool = False,
) -> Tensor:
    """Multiply every element by those before it along one axis.

    Parameters and errors are those of `cumulative_sum`; the product of nothing is 1.

    Notes
    -----
    Derivatives of any order are exact where elements are zero.

    Source: Hillis and Steele 1986, "Data parallel algorithms": after multiplying the
    whole by itself, shifted by 1, 2, 4, ... places, nothing is missing.
    """
    x, axis = line_axis("cumulative_prod", x, axis)
    x = converted(x, dtype)
    dtype = total_type(x.dtype)
    out, size, shift = astype(x, wide_type(dtype)), x.shape[axis], 1
    while shift < size:
        products = along(out, axis, shift, size) * along(out, axis, 0, size - shift)
        out = concat([along(out, axis, 0, shift), products], axis=axis)
        shift *= 2
    out = astype(out, dtype)
    return with_initial(ones, out, axis) if include_initial else out


def _products_of_others(x: Tensor, axis: int) -> Tensor:
    """For every element, the product of the others along one axis, without dividing."""
    before = _products_before(x, axis)
    after = flip(_products_before(flip(x, axis=axis), axis), axis=axis)
    return before * after


def _products_before(x: Tensor, axis: int) -> Tensor:
    products = cumulative_prod(x, axis=axis, include_initial=True)
    return along(products, axis, 0, x.shape[axis])


def _others(x: Tensor, axes: Shape) -> Tensor:
    """For every element, the product of those that it is multiplied with."""
    others = ones_like(x)
    for axis in axes:
        others = others * _products_of_others(x, axis)
        x = _prod(x, axes=(axis,), keepdims=True)
    return others


# A product of some factors may overflow in 16 bits where that of all does not.


def _prod_vjp(g, out, x, axes, keepdims):
    others = _others(astype(x, wide_type(x.dtype)), axes)
    return (astype(kept(g, x, axes, keepdims) * conj(others), x.dtype),)


def _prod_jvp(tangents, out, x, axes, keepdims):
    others = _others(astype(x, wide_type(x.dtype)), axes)
    total = _sum(tangents[0] * others, axes=axes, keepdims=keepdims)
    return astype(total, x.dtype)


def _factors(draw):
    with_zero = draw(3, 3)
    with_zero[1, 2] = 0
    return [
        ((with_zero,), {"axes": (1,), "keepdims": True}),
        ((draw(2, 3, 2),), {"axes": (0, 2), "keepdims": False}),
        ((draw(2, 2),), {"axes": (0, 1), "keepdims": False}),
    ]


@general(
    vjp=_prod_vjp,
    jvp=_prod_jvp,
    shape=reduced_shape,
    dtype=lambda x, axes, keepdims: total_type(x.dtype),
    kinds=ANY,
    domain=_factors,
)
def _prod(x, *, axes, keepdims):
    """Multiply the elements along some axes."""
    wide = wide_type(total_type(x.dtype))
    product = np.multiply.reduce(x, axes, wide, keepdims=keepdims)
    return product.astype(x.dtype) if x.dtype in HALVES else product


@public
def prod(
    x: Operand, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False
) -> Tensor:
    """Multiply the elements along some axes, all of them by default.

    Parameters and errors are those of `sum`.

    Notes
    -----
    Derivatives of any order are exact where elements are zero: they are made of
    products of the other elements, and nothing is divided.
    """
    x, axes = prepared("prod", x, axis)
    return _prod(converted(x, dtype), axes=axes, keepdims=keepdims)
