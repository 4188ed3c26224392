"""Expansion: ops that are compositions for a compiler are composed.

Some ops are primitives because a composition would cost more when every op is called by
itself, or round more. Inside of a graph both reasons go away: what is composed of
elementwise ops and reductions can be fused with what stands before and after it.

    %0 = softmax(x, axes=(1,))   becomes   %0 = max(x, axes=(1,), keepdims=True)
                                           %1 = subtract(x, %0)
                                           %2 = exp(%1)
                                           %3 = sum(%2, axes=(1,), keepdims=True)
                                           %4 = divide(%2, %3)

A composition does what the op does, step by step and in its precision: 16-bit floats
are widened before and rounded once at the end, and an infinite maximum is not taken
out. So it has the op's bits wherever sums are taken in the same order.

`softmax_cross_entropy` and its slope stay whole. They complain about labels that are
out of range, and no op that picks elements complains of the same: positions may count
from the end. Their kernels are those of a softmax with one more reader.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtype import COMPLEX, wide_type
from ..graph import Graph
from ..tensor import Tensor
from .rewrite import made, repeated, rewritten

Shape = tuple[int, ...]


def expand(graph: Graph) -> Graph:
    """The graph in which softmaxes, means and norms are composed of simpler ops."""
    return rewritten(graph, _composed, expand)


def _composed(former: Tensor, node: Tensor) -> Tensor | None:
    composition = _COMPOSITIONS.get(node.op.name)
    # Of nothing there is no largest element, and no mean.
    if composition is None or not node.inputs[0].size:
        return None
    return composition(node.inputs[0], **node.attrs)


def _converted(x: Tensor, dtype: Any) -> Tensor:
    return x if x.dtype == dtype else made("astype", x, dtype=dtype)


def _stretched(x: Tensor, like: Tensor) -> Tensor:
    return x if x.shape == like.shape else made("broadcast_to", x, shape=like.shape)


def _less_largest(x: Tensor, axes: Shape) -> tuple[Tensor, Tensor]:
    """The elements, in full precision, less the largest; and the latter."""
    wide = _converted(x, wide_type(x.dtype))
    largest = made("max", wide, axes=axes, keepdims=True)
    zero = repeated(np.zeros((), wide.dtype), largest)
    # An infinite maximum would make infinity minus infinity.
    finite = made("where", made("isfinite", largest), largest, zero)
    return made("subtract", wide, _stretched(finite, wide)), finite


def _softmax(x: Tensor, axes: Shape) -> Tensor:
    shifted, _ = _less_largest(x, axes)
    powers = made("exp", shifted)
    total = made("sum", powers, axes=axes, keepdims=True)
    return _converted(made("divide", powers, _stretched(total, powers)), x.dtype)


def _log_softmax(x: Tensor, axes: Shape) -> Tensor:
    shifted, _ = _less_largest(x, axes)
    total = made("sum", made("exp", shifted), axes=axes, keepdims=True)
    log = _stretched(made("log", total), shifted)
    return _converted(made("subtract", shifted, log), x.dtype)


def _logsumexp(x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    shifted, largest = _less_largest(x, axes)
    total = made("sum", made("exp", shifted), axes=axes, keepdims=True)
    out = _converted(made("add", largest, made("log", total)), x.dtype)
    return out if keepdims else _without(out, axes)


def _without(x: Tensor, axes: Shape) -> Tensor:
    """Without axes, which have size 1."""
    sizes = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
    return made("reshape", x, shape=sizes)


def _mean(x: Tensor, axes: Shape, keepdims: bool) -> Tensor:
    wide = _converted(x, wide_type(x.dtype))
    total = made("sum", wide, axes=axes, keepdims=keepdims)
    count = np.prod([x.shape[axis] for axis in axes], dtype=np.int64)
    average = made("divide", total, repeated(count, total))
    return _converted(average, x.dtype)


def _norm(x: Tensor, axes: Shape, keepdims: bool) -> Tensor | None:
    if x.dtype in COMPLEX:  # a size needs both parts, which are copies
        return None
    wide = _converted(x, wide_type(x.dtype))
    total = made("sum", made("square", wide), axes=axes, keepdims=keepdims)
    return _converted(made("sqrt", total), x.dtype)


_COMPOSITIONS: dict[str, Callable[..., Tensor | None]] = {
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "mean": _mean,
    "norm": _norm,
}
