"""Gradients of a limited size: functions of trees, to be called before an update."""

from __future__ import annotations

from typing import Any

from ..core import tree
from ..core.dtype import wide_type
from ..core.ops import astype, clip, maximum, norm, stack, zeros
from ..core.tensor import Tensor
from .settings import above_zero, not_negative
from .trees import Flat


def global_norm(grads: Any) -> Tensor:
    """The Euclidean length of all leaves together; in float32 for 16-bit floats."""
    leaves = Flat.of("global_norm", grads).leaves
    if not leaves:
        return zeros(())
    return norm(stack([norm(astype(g, wide_type(g.dtype))) for g in leaves]))


def clip_by_global_norm(grads: Any, limit: float, *, eps: float = 0.0) -> Any:
    """Gradients times limit / (length + eps) where their length is above the limit.

    Parameters
    ----------
    eps : float
        0 makes the length exactly `limit`, as in Keras and optax; 1e-6 is PyTorch's,
        1e-8 is MXNet's.

    Notes
    -----
    What is not finite is not hidden: a NaN makes all elements NaN, an infinity itself.
    Where the square of the length overflows, finite gradients become zero, as in
    PyTorch. Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    (limit,) = above_zero("clip_by_global_norm", limit=limit)
    (eps,) = not_negative("clip_by_global_norm", eps=eps)
    # Below the limit this is limit / limit, which is exactly 1.
    scale = limit / maximum(global_norm(grads) + eps, limit)
    return tree.map(lambda g: astype(g * scale, g.dtype), grads)


def clip_by_value(grads: Any, limit: float) -> Any:
    """Gradients with every element moved into [-limit, limit]."""
    (limit,) = above_zero("clip_by_value", limit=limit)
    flat = Flat.of("clip_by_value", grads)
    return flat.like([clip(g, -limit, limit) for g in flat.leaves])
