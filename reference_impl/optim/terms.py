"""Terms that several formulas have: a velocity, and a root that is not zero."""

from __future__ import annotations

from typing import Any

from ..core.ops import sqrt
from ..core.tensor import Tensor


def with_momentum(
    v: Tensor,
    g: Tensor,
    lr: Any,
    momentum: float,
    *,
    nesterov: bool = False,
    lr_inside: bool = False,
) -> tuple[Tensor, Tensor]:
    """The next velocity, and the update of the parameter that follows from it."""
    if lr_inside:
        g = lr * g
    v = momentum * v + g
    update = momentum * v + g if nesterov else v
    return v, update if lr_inside else lr * update


def root(x: Tensor, eps: float, *, inside: bool) -> Tensor:
    """The square root, kept away from zero on its outside or on its inside."""
    return sqrt(x + eps) if inside else sqrt(x) + eps
