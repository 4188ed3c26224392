"""Attention: every query reads a weighted average of values.

The weights are a softmax of products of the query with keys. A mask is boolean, and
true where a query may read a key, as in PyTorch's function of the same name, Keras and
flax; PyTorch's layer `MultiheadAttention` has it the other way round. Deliberately
absent: masks that are added to the products. `multi_head_attention` is the layer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..core.dtype import bool_, result_type, wide_type
from ..core.errors import DtypeError, ShapeError
from ..core.ops import (
    any,
    arange,
    astype,
    matrix_transpose,
    reshape,
    softmax,
    where,
    zeros,
)
from ..core.tensor import Tensor


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None = None,
    is_causal: bool = False,
    scale: float | None = None,
    dropout: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """softmax(scale Q K^T) V, the softmax over the keys that a query may read.

    Shapes
    ------
    query   (..., T, D)
    key     (..., S, D)
    value   (..., S, E)
    mask    broadcasts to (..., T, S)
    result  (..., T, E)

    Parameters
    ----------
    mask : boolean tensor
        Whether a query may read a key.
    is_causal : bool
        Whether the query at position t may read the keys up to position t only.
    scale : float
        By default 1 / sqrt(D), which keeps products of random vectors at size 1.
    dropout : function
        Of the weights (..., T, S), applied before the values are averaged.

    Raises
    ------
    DtypeError, ShapeError
        If the mask is not boolean, or shapes do not fit.

    Notes
    -----
    A query that may read no key gets zeros, and so does its gradient: it is an average
    of nothing, not of what it must not read. So it is in PyTorch's function; its layer
    gives zeros or NaN, depending on whether the weights are asked for.

    16-bit elements are computed with in float32, and rounded once: products of such
    sizes as 16 bits hold exceed 16 bits.

    Source: Vaswani et al. 2017, "Attention is all you need", equation 1.
    """
    who = "scaled_dot_product_attention"
    dtype = result_type(query.dtype, key.dtype, value.dtype, who=who)
    query, key, value = (astype(x, wide_type(dtype)) for x in (query, key, value))
    # Of no features, all products are 0, whatever scales them.
    scale = 1 / math.sqrt(max(query.shape[-1], 1)) if scale is None else scale
    products = (query * scale) @ matrix_transpose(key)
    is_reading, may_read = _readable(products, mask, is_causal)
    if may_read is not None:
        # Less time than a choice of elements, and none in the derivative.
        nothing = zeros((), dtype=products.dtype, device=products.device)
        products = products + where(may_read, nothing, -math.inf)
    weights = softmax(products)
    out = (weights if dropout is None else dropout(weights)) @ value
    return astype(out if is_reading is None else where(is_reading, out, 0.0), dtype)


def _readable(
    products: Tensor, mask: Tensor | None, is_causal: bool
) -> tuple[Tensor | None, Tensor | None]:
    """Whether a query may read any key, and which; all of them if it may read none.

    A softmax of nothing would be 0/0, and so would be its gradient. `None` stands for
    what is true everywhere; by the causal mask alone, a query may read the first key.
    """
    sizes, earlier = products.shape[-2:], None
    if is_causal:
        earlier = causal_mask(*sizes, device=products.device)
    if mask is None:
        return None, earlier
    _check_mask(mask, products)
    mask = mask if earlier is None else mask & earlier
    is_reading = any(mask, axis=-1, keepdims=True)
    return is_reading, mask | ~is_reading


def _check_mask(mask: Tensor, products: Tensor) -> None:
    who = "scaled_dot_product_attention: the mask must"
    if mask.dtype != bool_:
        raise DtypeError(
            f"{who} be boolean, true where keys are read; {mask.dtype} came"
        )
    sizes = zip(mask.shape[::-1], products.shape[::-1], strict=False)
    if mask.ndim > products.ndim or not all(m in (1, n) for m, n in sizes):
        raise ShapeError(
            f"{who} broadcast to {products.shape}, queries and keys; {mask.shape} came"
        )


def causal_mask(T: int, S: int, *, first: Any = 0, device: Any = None) -> Tensor:
    """Whether the keys stand at the positions of queries or before them, (T, S).

    Parameters
    ----------
    first : int, or integer tensor without axes
        The position of the first query; that of the first key is 0.
    device : device, or name of one
        Where the mask is made; by default that of `first`, if that is a tensor.
    """
    if device is None and isinstance(first, Tensor):
        device = first.device
    queries, keys = arange(T, device=device), arange(S, device=device)
    return reshape(queries + first, (T, 1)) >= keys


def padding_mask(lengths: Tensor, S: int) -> Tensor:
    """Whether keys are elements of a sequence, and not what fills it up to S.

    Shapes
    ------
    lengths  (N,), integers: how many keys are elements
    result   (N, 1, 1, S), for all heads and all queries
    """
    return arange(S, device=lengths.device) < reshape(lengths, (-1, 1, 1, 1))
